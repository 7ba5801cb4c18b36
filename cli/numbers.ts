/**
 * Numbers as the C tools read their operands and options (`cli.md`).
 *
 * @module
 */
import { strtol, strtoul } from "../lib/base/mod_basics.ts";

const INT_MAX = 0x7fff_ffffn;

/**
 * An unsigned number: the base is that of its prefix, what follows the digits is ignored.
 * `undefined` without digits, for a negative number, or beyond 64 bits.
 */
export function parseU64(text: string): bigint | undefined {
  const { value, empty, negative, overflow } = strtoul(text);
  return empty || negative || overflow ? undefined : value;
}

/** As {@link parseU64}, cut down to 32 bits as an assignment in C does it. */
export function parseU32(text: string): number | undefined {
  const value = parseU64(text);
  return value === undefined ? undefined : Number(BigInt.asUintN(32, value));
}

/** What an option's argument came to. */
export type OptionNumber = number | "invalid numeric value" | "number too large or too small";

/** The argument of a numeric option: all of it must be a number; nothing at all is 0. */
export function parseOptionNumber(text: string): OptionNumber {
  if (text === "") return 0;
  const { value, rest, empty } = strtol(text);
  if (empty || rest !== "") return "invalid numeric value";
  return value > INT_MAX || value < -INT_MAX - 1n ? "number too large or too small" : Number(value);
}
