/** The version of this program; that of `deno.json`. What it is compatible with is another matter. */
export const PROGRAM_VERSION = "0.1.0";
