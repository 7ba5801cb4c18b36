const CHUNK = 4096;

/**
 * The exact bytes of a key as a map key: one character of 0 .. 255 for each byte.
 *
 * The C daemon's tables pad keys to words, so that `ab` and `ab\0` share an entry (`records.md`
 * 7.1). That is a defect, and this is why it is not copied: different keys give different texts.
 */
export function keyText(key: Uint8Array): string {
  if (key.length <= CHUNK) return String.fromCharCode(...key);
  let text = "";
  for (let at = 0; at < key.length; at += CHUNK) {
    text += String.fromCharCode(...key.subarray(at, at + CHUNK));
  }
  return text;
}

/** Digits of a key in the log, below the level DEBUG. */
const SHOWN_DIGITS = 20;

/** A key as the log shows it: upper-case hex digits, the first twenty unless all are wanted. */
export function keyInLog(key: Uint8Array, all: boolean): string {
  const digits = key.toHex().toUpperCase();
  return all ? digits : digits.slice(0, SHOWN_DIGITS);
}
