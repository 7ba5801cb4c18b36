/**
 * Numbers as C's `strtol`, `strtoul` and `atoi` read them, of a 64-bit system: what configuration
 * files, tools and options take is what these take.
 *
 * @module
 */

const LONG_MAX = (1n << 63n) - 1n;
const ULONG_MAX = (1n << 64n) - 1n;
const BASE_0 = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;
const DECIMAL = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/;

/** What `strtol` or `strtoul` made of a text. */
export interface CNumber {
  readonly value: bigint;
  /** What stands behind the number. */
  readonly rest: string;
  /** There was no number at all (value is 0). */
  readonly empty: boolean;
  /** A minus sign stood before it. */
  readonly negative: boolean;
  /** The number did not fit (ERANGE). */
  readonly overflow: boolean;
}

/**
 * C's `strtol(text, &end, 0)`: white space, sign, then decimal, `0x` hexadecimal or `0` octal; what
 * follows is left over. Values are held to those of a 64-bit long.
 */
export function strtol(text: string): CNumber {
  return asLong(scan(text, BASE_0));
}

/** C's `strtoul(text, &end, 0)`, where a minus sign wraps around. */
export function strtoul(text: string): CNumber {
  const found = scan(text, BASE_0);
  const { value } = found;
  const overflow = value > ULONG_MAX || value < -ULONG_MAX;
  return { ...found, overflow, value: overflow ? ULONG_MAX : BigInt.asUintN(64, value) };
}

/**
 * A number as `atoi` reads it: decimal only, what follows the digits is ignored, 0 for what is none.
 * Beyond 64 bits it is the greatest that a `long` has, of which an `int` keeps the lower half.
 */
export function atoi(text: string): number {
  return Number(BigInt.asIntN(32, asLong(scan(text, DECIMAL)).value));
}

function scan(text: string, form: RegExp): Omit<CNumber, "overflow"> {
  const found = form.exec(text);
  if (found === null) return { value: 0n, rest: text, empty: true, negative: false };
  const [whole, sign, digits] = found as unknown as [string, string, string];
  const octal = form === BASE_0 && /^0[0-7]+$/.test(digits);
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const negative = sign === "-";
  const rest = text.slice(whole.length);
  return { value: negative ? -size : size, rest, empty: false, negative };
}

function asLong(found: Omit<CNumber, "overflow">): CNumber {
  const { value } = found;
  if (value > LONG_MAX) return { ...found, value: LONG_MAX, overflow: true };
  if (value < -LONG_MAX - 1n) return { ...found, value: -LONG_MAX - 1n, overflow: true };
  return { ...found, overflow: false };
}
