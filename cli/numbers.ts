/**
 * Numbers as C's `strtoul` with base 0, its `atoi` and the option parser of the C tools read them.
 *
 * @module
 */

const UNSIGNED = /^[ \t\n\v\f\r]*\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))/;
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const I64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT_MAX = 0x7fff_ffffn;

/**
 * An unsigned number: the base is that of its prefix, what follows the digits is ignored.
 * `undefined` without digits, for a negative number, or beyond 64 bits.
 */
export function parseU64(text: string): bigint | undefined {
  const match = UNSIGNED.exec(text);
  if (match === null) return undefined;
  const [, hex, octal, decimal] = match;
  const value = hex !== undefined
    ? BigInt(`0x${hex}`)
    : octal !== undefined
    ? BigInt(`0o0${octal}`)
    : BigInt(decimal!);
  return value > U64_MAX ? undefined : value;
}

/** As {@link parseU64}, cut down to 32 bits as an assignment in C does it. */
export function parseU32(text: string): number | undefined {
  const value = parseU64(text);
  return value === undefined ? undefined : Number(BigInt.asUintN(32, value));
}

/**
 * A number as `atoi` reads it: decimal only, what follows the digits is ignored, 0 for what is none.
 * Beyond 64 bits it is the greatest that a `long` has, of which an `int` keeps the lower half.
 */
export function parseAtoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text)?.[1];
  if (digits === undefined) return 0;
  const value = BigInt(digits.replace("+", ""));
  const kept = value > I64_MAX ? I64_MAX : value < -I64_MAX - 1n ? -I64_MAX - 1n : value;
  return Number(BigInt.asIntN(32, kept));
}

/** What an option's argument came to. */
export type OptionNumber = number | "invalid numeric value" | "number too large or too small";

/** The argument of a numeric option: all of it must be a number; nothing at all is 0. */
export function parseOptionNumber(text: string): OptionNumber {
  if (/^[ \t\n\v\f\r]*$/.test(text)) return text === "" ? 0 : "invalid numeric value";
  const match = /^[ \t\n\v\f\r]*([+-]?)(.*)$/s.exec(text)!;
  const digits = UNSIGNED.exec(match[2]!);
  if (/^\+/.test(match[2]!) || digits === null || digits[0].length !== match[2]!.length) {
    return "invalid numeric value";
  }
  const magnitude = parseU64(match[2]!);
  const limit = match[1] === "-" ? INT_MAX + 1n : INT_MAX;
  if (magnitude === undefined || magnitude > limit) return "number too large or too small";
  return match[1] === "-" ? -Number(magnitude) : Number(magnitude);
}
