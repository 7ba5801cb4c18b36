/**
 * Configuration files.
 *
 * @module
 */

/**
 * The largest number of a node that the file of home nodes may name.
 *
 * Beyond it: the line is wrong, and is left out with a warning.
 */
export const LARGEST_PNN = 0xffff_ffff;

/**
 * Lines of the nodes file: more than any cluster has.
 *
 * Beyond it: it is not a list of nodes, and is refused.
 */
export const MAX_NODES = 4096;

/**
 * A configuration file, or the output of a command in its place.
 *
 * Beyond it: it is something else, and is refused.
 */
export const MAX_CONFIG_FILE_BYTES = 4 * 1024 * 1024;

/**
 * A public address with its mask.
 *
 * Beyond it: the line is wrong, and the file is refused.
 */
export const MAX_ADDRESS_CHARACTERS = 63;

/**
 * Name of an interface in the file of public addresses: an alternative name may be as long, what a
 * kernel calls it itself has at most 15.
 *
 * Beyond it: the line is wrong, and the file is refused.
 */
export const MAX_INTERFACE_CHARACTERS = 127;
