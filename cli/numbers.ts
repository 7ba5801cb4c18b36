/**
 * An unsigned number as C's `strtoul` with base 0 reads it: blanks, a sign and a base prefix are
 * understood, what follows the digits is ignored.
 *
 * @returns `undefined` without digits, for a negative number, or beyond 64 bits
 */
export function parseUnsigned(text: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))/.exec(text);
  if (!match) return undefined;
  const [, hex, octal, decimal] = match;
  const value = hex !== undefined
    ? BigInt(`0x${hex}`)
    : octal !== undefined
    ? BigInt(`0o0${octal}`)
    : BigInt(decimal!);
  return value > 0xffff_ffff_ffff_ffffn ? undefined : Number(value);
}

/** A number as C's `atoi` reads it: what follows the digits is ignored, no digits are 0. */
export function parseInteger(text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text);
  return match ? Number(match[1]) | 0 : 0;
}
