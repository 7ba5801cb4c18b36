import { CtdbError } from "../base/mod.ts";

/**
 * Why bytes were refused. A receiver chooses by it: a client's frame with a foreign `magic` or
 * `version`, an unknown `operation` or less than a header is skipped (wire.md 2.4); the rest is
 * malformed.
 */
export type WireErrorCode =
  | "truncated" // more bytes were announced than are there
  | "trailing" // bytes were left over where the size is exact
  | "length" // a frame's length is zero, too small, above the ceiling or not the frame's own
  | "magic"
  | "version"
  | "operation"
  | "count" // a count or an inner length contradicts the bytes around it
  | "text" // a string without its NUL, with one inside, or not UTF-8
  | "value"; // a value that the field cannot hold

/** Bytes that are not what the protocol says, or a value that cannot be put into bytes. */
export class WireError extends CtdbError {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
