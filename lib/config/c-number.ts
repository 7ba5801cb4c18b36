const greatestLong = (1n << 63n) - 1n;
const greatestUnsignedLong = (1n << 64n) - 1n;

/** What `strtol` or `strtoul` made of a text. */
export interface CNumber {
  readonly value: bigint;
  /** What stands behind the number. */
  readonly rest: string;
  /** There was no number at all (value is 0). */
  readonly empty: boolean;
  /** The number did not fit (ERANGE). */
  readonly overflow: boolean;
}

/**
 * C's `strtol(text, &end, 0)`: white space, sign, then decimal, `0x` hexadecimal or `0` octal; what
 * follows is left over. Values are held to those of a 64-bit long.
 */
export function strtol(text: string): CNumber {
  const { value, ...found } = scan(text);
  if (value > greatestLong) return { ...found, value: greatestLong, overflow: true };
  if (value < -greatestLong - 1n) return { ...found, value: -greatestLong - 1n, overflow: true };
  return { ...found, value, overflow: false };
}

/** C's `strtoul(text, &end, 0)`, where a minus sign wraps around. */
export function strtoul(text: string): CNumber {
  const { value, ...found } = scan(text);
  const overflow = value > greatestUnsignedLong || value < -greatestUnsignedLong;
  return { ...found, overflow, value: overflow ? greatestUnsignedLong : BigInt.asUintN(64, value) };
}

function scan(text: string): { value: bigint; rest: string; empty: boolean } {
  const found = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (found === null) return { value: 0n, rest: text, empty: true };
  const [whole, sign, digits] = found as unknown as [string, string, string];
  const octal = /^0[0-7]+$/.test(digits);
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return { value: sign === "-" ? -size : size, rest: text.slice(whole.length), empty: false };
}
