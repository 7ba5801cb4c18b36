/** Bytes as an attacker, or a broken disk, would send them. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { WireError } from "../../../lib/wire/mod.ts";

/** One harm done to bytes. */
type Harm =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "huge"; readonly at: number; readonly value: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "grow"; readonly tail: Uint8Array };

/** Flipped bytes, lengths and counts that are far too large, a cut, a tail. */
export const harms: fc.Arbitrary<readonly Harm[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant<"set">("set"),
      at: fc.nat(),
      byte: fc.integer({ min: 0, max: 255 }),
    }),
    fc.record({
      kind: fc.constant<"huge">("huge"),
      at: fc.nat(),
      value: fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
    }),
    fc.record({ kind: fc.constant<"cut">("cut"), at: fc.nat() }),
    fc.record({ kind: fc.constant<"grow">("grow"), tail: fc.uint8Array({ maxLength: 32 }) }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** Does the harms, in order, to a copy. */
export function harm(bytes: Uint8Array, todo: readonly Harm[]): Uint8Array {
  let copy = new Uint8Array(bytes);
  for (const step of todo) copy = apply(copy, step);
  return copy;
}

function apply(bytes: Uint8Array<ArrayBuffer>, step: Harm): Uint8Array<ArrayBuffer> {
  const size = bytes.byteLength;
  switch (step.kind) {
    case "set":
      if (size > 0) bytes[step.at % size] = step.byte;
      return bytes;
    case "huge":
      if (size >= 4) {
        // Counts and lengths are mostly where 4 divides; aiming there finds more.
        const at = Math.min((step.at % size) & ~3, size - 4);
        new DataView(bytes.buffer).setUint32(at, step.value, true);
      }
      return bytes;
    case "cut":
      return bytes.slice(0, size === 0 ? 0 : step.at % size);
    case "grow":
      return new Uint8Array([...bytes, ...step.tail]);
  }
}

/** Runs `read`; what it returns, or undefined after a WireError. Anything else thrown is a bug. */
export function onlyWireError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert(error instanceof WireError, `not a WireError: ${error}`);
    return undefined;
  }
}

/** How much a decoded value holds: one for each number, bytes and characters by their length. */
export function weight(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + weight(inner), 1);
}
