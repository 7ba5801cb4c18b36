/**
 * What looks at a whole cluster: doctor, top, the admin API.
 *
 * @module
 */

/**
 * Databases that `doctor`, `top` and the admin API look at: more cannot be read on any screen.
 *
 * Beyond it: the others are left out.
 */
export const MAX_SURVEYED_DATABASES = 512;

/**
 * Nodes whose ports are tried one by one.
 *
 * Beyond it: the others are not tried.
 */
export const MAX_PROBED_NODES = 64;

/**
 * Questions after processes of Samba that are out at the same time.
 *
 * Beyond it: the next follows when one is answered.
 */
export const MAX_PROCESS_QUESTIONS = 32;

/**
 * The largest pid there can be, as the control has it in 32 bits.
 *
 * Beyond it: whether the process lives is unknown.
 */
export const LARGEST_PID = 0x7fff_ffffn;

/**
 * Databases times nodes whose counters are asked for.
 *
 * Beyond it: only the own node is asked.
 */
export const MAX_SAMPLE_QUESTIONS = 2048;

/**
 * Room left on a disk.
 *
 * Beyond it: less is called full, by `ctdb doctor` and by `ctdb status --json`.
 */
export const LEAST_DISK_BYTES = 1024 * 1024;

/**
 * Room left on a disk, if it is less than a twentieth of it.
 *
 * Beyond it: less is a warning of `ctdb doctor`.
 */
export const LEAST_GOOD_DISK_BYTES = 1024 * 1024 * 1024;
