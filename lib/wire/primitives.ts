import type { ByteReader, ByteWriter } from "./bytes.ts";
import { at, type Codec, mapped, struct } from "./codec.ts";
import { WireError } from "./errors.ts";

/** No bytes at all, and exactly none. */
export const nothing: Codec<undefined> = { minSize: 0, write() {}, read: () => undefined };

/** Nothing that anybody looks at: written as no bytes, accepted with any. */
export const ignored: Codec<undefined> = { ...nothing, allowsTrailing: true };

/** One byte. */
export const u8: Codec<number> = fixed(1, (w, v) => w.u8(v), (r) => r.u8());
/** Two bytes, little-endian. */
export const u16: Codec<number> = fixed(2, (w, v) => w.u16(v), (r) => r.u16());
/** Two bytes in network order: ports. */
export const u16be: Codec<number> = fixed(2, (w, v) => w.u16be(v), (r) => r.u16be());
/** Four bytes, little-endian, as a number. */
export const u32: Codec<number> = fixed(4, (w, v) => w.u32(v), (r) => r.u32());
/** Four bytes, little-endian, signed: status, pid. */
export const i32: Codec<number> = fixed(4, (w, v) => w.i32(v), (r) => r.i32());
/** Eight bytes, little-endian, as a bigint: rsn, srvid. */
export const u64: Codec<bigint> = fixed(8, (w, v) => w.u64(v), (r) => r.u64());
/** IEEE 754 double, little-endian. */
export const f64: Codec<number> = fixed(8, (w, v) => w.f64(v), (r) => r.f64());

/** A u32 and four zero bytes that count in the enforced size. */
export const u32Padded: Codec<number> = mapped(
  struct<{ value: number }>({ value: at(0, u32) }, 8),
  ({ value }) => value,
  (value) => ({ value }),
);

/** One byte, 0 or 1; anything else is refused, as the newer daemon does. */
export const bool8: Codec<boolean> = fixed(1, (w, v) => w.u8(v ? 1 : 0), (r) => {
  const value = r.u8();
  if (value > 1) throw new WireError("value", `read bool: ${value}`);
  return value === 1;
});

/**
 * A time value: i64 seconds and i64 microseconds. Here it is microseconds since the epoch, the
 * unit of `Clock.wallTime`; 0n where the C daemon means "never".
 */
export const timeValue: Codec<bigint> = fixed(
  16,
  (w, v) => {
    const usec = ((v % 1_000_000n) + 1_000_000n) % 1_000_000n;
    w.i64((v - usec) / 1_000_000n);
    w.i64(usec);
  },
  (r) => r.i64() * 1_000_000n + r.i64(),
);

/** All that is left, as a view. */
export const restBytes: Codec<Uint8Array> = {
  minSize: 0,
  write: (w, value) => w.bytes(value),
  read: (r) => r.rest(),
};

/** `u32 length` and that many bytes. */
export const blobn: Codec<Uint8Array> = {
  minSize: 4,
  write(w, value) {
    w.u32(value.byteLength);
    w.bytes(value);
  },
  read: (r) => r.bytes(r.u32()),
};

/** Text without a NUL that fills the rest: reports and error texts. Odd bytes become U+FFFD. */
export const restText: Codec<string> = {
  minSize: 0,
  write: (w, value) => w.bytes(encodeText(value)),
  read: (r) => decodeText(r.rest(), "lenient"),
};

/** A name with its NUL that fills the rest. The NUL must be there. */
export const cstr: Codec<string> = {
  minSize: 1,
  write: (w, value) => writeTerminated(w, value),
  read: (r) => readTerminated(r.rest()),
};

/** As {@link cstr}; `null` is no bytes at all. */
export const cstrOrNull: Codec<string | null> = {
  minSize: 0,
  write(w, value) {
    if (value !== null) writeTerminated(w, value);
  },
  read: (r) => (r.remaining === 0 ? null : readTerminated(r.rest())),
};

/** `u32 length` and a string, `length` counting the NUL; `null` has length 0. */
export const strnOrNull: Codec<string | null> = {
  minSize: 4,
  write(w, value) {
    if (value === null) return w.u32(0);
    const text = encodeText(value);
    w.u32(text.byteLength + 1);
    w.bytes(text);
    w.u8(0);
  },
  read(r) {
    const length = r.u32();
    return length === 0 ? null : decodeText(upToNul(r.bytes(length)), "strict");
  },
};

/** As {@link strnOrNull}, where a string there must be. */
export const strn: Codec<string> = {
  minSize: 4,
  write: (w, value) => strnOrNull.write(w, value),
  read(r) {
    const value = strnOrNull.read(r);
    if (value === null) throw new WireError("text", "read string: null");
    return value;
  },
};

/**
 * A string of any bytes with its length, such as what a script printed; "" is length 0, as the C
 * daemon sends it for a script that printed nothing.
 */
export const strnLenient: Codec<string> = {
  minSize: 4,
  write: (w, value) => strnOrNull.write(w, value === "" ? null : value),
  read: (r) => decodeText(upToNul(r.bytes(r.u32())), "lenient"),
};

/** A string in a field of `size` bytes, filled up with NULs, of which there is at least one. */
export function paddedText(size: number): Codec<string> {
  return {
    minSize: size,
    write(w, value) {
      const text = encodeText(value);
      if (text.byteLength >= size) {
        throw new WireError("text", `write text of at most ${size - 1} bytes: ${value}`);
      }
      w.bytes(text);
      w.zeros(size - text.byteLength);
    },
    read: (r) => readTerminated(r.bytes(size)),
  };
}

const LAST_ASCII = 0x7f;
/** Texts up to this length are looked at byte by byte. */
const SHORT_BYTES = 64;

const encoder = new TextEncoder();
// The BOM is a character like any other here: dropping it would change a name and so its hash.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The UTF-8 of a string that can stand in a C string. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new WireError("text", `write text: ${JSON.stringify(text)}`);
  }
  return encoder.encode(text);
}

/** Text from bytes; "strict" refuses what is not UTF-8, since a changed name is another name. */
export function decodeText(bytes: Uint8Array, mode: "strict" | "lenient"): string {
  // Names of databases, most often: the decoder takes several times as long.
  if (bytes.length <= SHORT_BYTES && isAscii(bytes)) {
    return Reflect.apply(String.fromCharCode, undefined, bytes);
  }
  if (mode === "lenient") return lenientDecoder.decode(bytes);
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new WireError(
      "text",
      `read text, not UTF-8: ${JSON.stringify(decodeText(bytes, "lenient"))}`,
    );
  }
}

/** Writes the bytes of a short text of ASCII without NULs; how many, or -1 when it is none. */
export function putPlainText(text: string, target: Uint8Array): number {
  const { length } = text;
  if (length > target.length) return -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > LAST_ASCII) return -1;
    target[i] = code;
  }
  return length;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > LAST_ASCII) return false;
  return true;
}

/** The bytes before the first NUL; all of them if there is none. */
export function upToNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
}

function writeTerminated(w: ByteWriter, value: string): void {
  w.bytes(encodeText(value));
  w.u8(0);
}

function readTerminated(bytes: Uint8Array): string {
  const text = upToNul(bytes);
  if (text.byteLength === bytes.byteLength) {
    throw new WireError("text", `read string without NUL: ${decodeText(bytes, "lenient")}`);
  }
  return decodeText(text, "strict");
}

function fixed<T>(
  size: number,
  write: (w: ByteWriter, value: T) => void,
  read: (r: ByteReader) => T,
): Codec<T> {
  return { minSize: size, write, read };
}
