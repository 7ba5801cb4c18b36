/**
 * The short way into the tool.
 *
 * @module
 */

/**
 * An answer to the questions of the short way into `ctdb`.
 *
 * Beyond it: the whole tool asks again.
 */
export const MAX_QUICK_ANSWER_BYTES = 64 * 1024;
