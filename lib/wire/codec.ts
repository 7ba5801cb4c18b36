import { ByteReader, ByteWriter } from "./bytes.ts";
import { WireError } from "./errors.ts";

/**
 * How one type stands in bytes. `read` takes exactly the bytes of one value; `write` adds them.
 * Both throw {@link WireError} on anything wrong.
 */
export interface Codec<T> {
  /**
   * The fewest bytes that a value takes. Counts from outside are checked against it before
   * anything is allocated, so no element of a list may have 0.
   */
  readonly minSize: number;
  /** Whether {@link decode} accepts and ignores bytes after the value. */
  readonly allowsTrailing?: boolean;
  write(w: ByteWriter, value: T): void;
  read(r: ByteReader): T;
}

/**
 * The type of the values of a codec.
 *
 * @internal
 */
export type CodecValue<C> = C extends Codec<infer T> ? T : never;

/** The bytes of `value`. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const w = new ByteWriter(codec.minSize);
  codec.write(w, value);
  return w.finish();
}

/** The value that fills `bytes` completely (unless the codec allows trailing bytes). */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const r = new ByteReader(bytes);
  const value = codec.read(r);
  if (r.remaining > 0 && codec.allowsTrailing !== true) {
    throw new WireError("trailing", `decode: ${r.remaining} bytes left over after ${r.offset}`);
  }
  return value;
}

/** The value at the start of `bytes`; what follows it is not looked at. */
export function decodeStart<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.read(new ByteReader(bytes));
}

/** A field of a {@link struct}. */
export interface Field<T> {
  readonly offset: number;
  readonly codec: Codec<T>;
}

/** Puts a field of a {@link struct} at a byte offset, as the tables of the specification do. */
export function at<T>(offset: number, codec: Codec<T>): Field<T> {
  return { offset, codec };
}

/** The fields of a struct, in the order of the bytes. A bare codec follows the field before it. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> | Codec<T[K]> };

/**
 * A struct. Gaps between offsets, and up to `size`, are pads: written as zero, never looked at.
 * A field after one of variable size has no offset.
 *
 * @example
 * ```ts ignore
 * const pidSrvid = struct<PidSrvid>({ pid: at(0, i32), srvid: at(4, u64) }, 12);
 * ```
 */
export function struct<T extends object>(fields: Fields<T>, size = 0): Codec<T> {
  const steps: [key: string, pad: number, codec: Codec<unknown>][] = [];
  let end = 0;
  for (const [key, field] of Object.entries<Field<unknown> | Codec<unknown>>(fields)) {
    const codec = "codec" in field ? field.codec : field;
    const pad = "codec" in field ? field.offset - end : 0;
    if (pad < 0) throw new WireError("value", `define struct, ${key} overlaps: ${end + pad}`);
    steps.push([key, pad, codec]);
    end += pad + codec.minSize;
  }
  const tail = Math.max(0, size - end);
  return {
    minSize: end + tail,
    write(w, value) {
      const values = value as Record<string, unknown>;
      for (const [key, pad, codec] of steps) {
        if (pad > 0) w.zeros(pad);
        codec.write(w, values[key]);
      }
      if (tail > 0) w.zeros(tail);
    },
    read(r) {
      const result: Record<string, unknown> = {};
      for (const [key, pad, codec] of steps) {
        if (pad > 0) r.skip(pad);
        result[key] = codec.read(r);
      }
      if (tail > 0) r.skip(tail);
      return result as T;
    },
  };
}

/** `u32 count`, a pad of `pad` bytes, then the elements back to back. */
export function list<T>(item: Codec<T>, pad = 0): Codec<readonly T[]> {
  return {
    minSize: 4 + pad,
    write(w, values) {
      w.u32(values.length);
      w.zeros(pad);
      for (const value of values) item.write(w, value);
    },
    read(r) {
      const count = r.u32();
      r.skip(pad);
      return readItems(r, item, count);
    },
  };
}

/** Exactly `count` elements back to back, with no count in front. */
export function array<T>(item: Codec<T>, count: number): Codec<readonly T[]> {
  return {
    minSize: count * item.minSize,
    write(w, values) {
      if (values.length !== count) {
        throw new WireError("count", `write array of ${count}: ${values.length} elements`);
      }
      for (const value of values) item.write(w, value);
    },
    read: (r) => readItems(r, item, count),
  };
}

/** Elements back to back until the bytes end. */
export function many<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    minSize: 0,
    write(w, values) {
      for (const value of values) item.write(w, value);
    },
    read(r) {
      const values: T[] = [];
      while (r.remaining > 0) values.push(item.read(r));
      return values;
    },
  };
}

function readItems<T>(r: ByteReader, item: Codec<T>, count: number): T[] {
  if (count * item.minSize > r.remaining) {
    throw new WireError("count", `read ${count} elements: only ${r.remaining} bytes are left`);
  }
  const values: T[] = [];
  for (let i = 0; i < count; i++) values.push(item.read(r));
  return values;
}

/** The same bytes under other values. `minSize` stays. */
export function mapped<A, B>(
  codec: Codec<A>,
  fromWire: (value: A) => B,
  toWire: (value: B) => A,
): Codec<B> {
  return {
    minSize: codec.minSize,
    write: (w, value) => codec.write(w, toWire(value)),
    read: (r) => fromWire(codec.read(r)),
  };
}
