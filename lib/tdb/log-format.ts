/**
 * Renders a C format with the raw 64-bit words of its variadic arguments.
 *
 * libtdb logs through a variadic function. A callback cannot be variadic, but on x86-64 and AArch64
 * Linux integer and pointer arguments of such a call sit where those of a plain one would: first
 * the registers, then 8-byte stack slots. The callback therefore declares as many words as a line
 * may need and reads what the format asks for. Words beyond the real arguments hold garbage of the
 * caller's stack frame and are never looked at.
 */
export interface FormatMemory {
  /** The C string at an address. */
  string(address: bigint): string;
}

/** Flags, width, precision, length and conversion; `*` is not in use. */
const CONVERSION = /%[-+ #0]*\d*(?:\.\d+)?(hh|h|ll|l|z|j|t)?([diuxXcsp%])/g;
const ANY = /%/g;

/** The text of `format`, or `format` itself when it holds something unknown or too many arguments. */
export function formatC(format: string, words: readonly bigint[], memory: FormatMemory): string {
  const percents = format.match(ANY)?.length ?? 0;
  let understood = 0;
  let next = 0;
  let complete = true;
  const text = format.replace(CONVERSION, (_, length: string | undefined, conversion: string) => {
    if (conversion === "%") {
      understood += 2;
      return "%";
    }
    understood++;
    const word = words[next++];
    if (word === undefined) complete = false;
    return word === undefined ? "" : render(word, length, conversion, memory);
  });
  return complete && understood === percents ? text : format;
}

function render(
  word: bigint,
  length: string | undefined,
  conversion: string,
  memory: FormatMemory,
): string {
  const bits = length === undefined || length.startsWith("h") ? 32 : 64;
  switch (conversion) {
    case "d":
    case "i":
      return BigInt.asIntN(bits, word).toString();
    case "u":
      return BigInt.asUintN(bits, word).toString();
    case "x":
    case "X":
      return BigInt.asUintN(bits, word).toString(16);
    case "c":
      return String.fromCharCode(Number(BigInt.asUintN(8, word)));
    case "p":
      return `0x${word.toString(16)}`;
    default:
      return word === 0n ? "(null)" : memory.string(word);
  }
}
