/**
 * Tokens of the admin API alone, without the API: for measurements of them.
 *
 * @module
 */
export { Tokens } from "./http/tokens.ts";
