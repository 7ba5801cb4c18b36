import { Errno } from "../../../lib/base/mod.ts";
import type { Call } from "../framework/call.ts";

/**
 * The bytes of a key or value operand: hex digits behind `0x`, otherwise its own bytes (cli.md 2.9).
 * Ends the command when the digits are wrong.
 */
export function bytesOperand(call: Call, operand: string, what: "key" | "value"): Uint8Array {
  const parsed = parseBytes(operand);
  if (typeof parsed !== "string") return parsed;
  return call.fail(Errno.EINVAL, `${parsed}\nFailed to parse ${what} ${operand}`);
}

/** The bytes, or what is wrong with the text. */
export function parseBytes(text: string): Uint8Array | string {
  if (!text.startsWith("0x")) return new TextEncoder().encode(text);
  const digits = text.slice(2);
  // Values are called keys here, too.
  if (digits.length % 2 !== 0) return `Key (${digits}) contains odd number of hex digits`;
  for (let at = 0; at < digits.length; at += 2) {
    if (!/^[0-9a-fA-F]{2}$/.test(digits.slice(at, at + 2))) {
      return `Invalid hex: ${digits.slice(at)}`;
    }
  }
  return Uint8Array.fromHex(digits);
}
