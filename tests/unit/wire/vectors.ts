/** The golden frames of `spec/vectors`, as the tests of this folder read them. */

/** Decoded fields of a frame, as the independent decoder wrote them. */
export type Json = string | number | boolean | null | readonly Json[] | {
  readonly [key: string]: Json;
};

/** One captured frame. */
export interface Vector {
  readonly file: string;
  readonly name: string;
  readonly direction: string;
  readonly operation: string;
  readonly opcode?: number;
  readonly frame: Uint8Array;
  readonly fields: { readonly [key: string]: Json };
}

const folder = new URL("../../vectors/wire/", import.meta.url);

/** The vectors of one file, such as `wire-hash.json`. */
export function readVectors(file: string): Vector[] {
  const rows = JSON.parse(Deno.readTextFileSync(new URL(file, folder))) as (
    & Omit<Vector, "file" | "frame">
    & { hex: string }
  )[];
  return rows.map((row) => ({ ...row, file, frame: Uint8Array.fromHex(row.hex) }));
}

/** Every vector that is a packet of the main protocol. */
export function packetVectors(): Vector[] {
  return allFiles().filter((file) => !/hash|eventd/.test(file)).flatMap(readVectors);
}

/** The number of vectors in all files. */
export function countVectors(): number {
  return allFiles().reduce((sum, file) => sum + readVectors(file).length, 0);
}

function allFiles(): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((n) => /^wire-/.test(n));
}

/** A value at the end of a path; the key is normalised, "" for elements of lists. */
export type Leaf = readonly [key: string, value: string | number | bigint | boolean | null];

/**
 * The values in a vector's fields in the order of the bytes, without what our types do not carry:
 * pads, lengths and counts.
 */
export function vectorLeaves(fields: Json, key = ""): Leaf[] {
  if (Array.isArray(fields)) return fields.flatMap((item: Json) => vectorLeaves(item, key));
  if (typeof fields === "object" && fields !== null) {
    const object = fields as { readonly [key: string]: Json };
    if ("sec" in object) {
      return [[key, BigInt(Number(object.sec)) * 1_000_000n + BigInt(Number(object.usec))]];
    }
    if ("str" in object) return [[key, object.len === 0 ? null : String(object.str)]];
    if ("family" in object) {
      return [["family", object.family === 2 ? 4n : 6n], ["address", String(object.addr)], [
        "port",
        BigInt(Number(object.port)),
      ]];
    }
    const hasList = Object.values(object).some(Array.isArray);
    return Object.entries(object)
      .filter(([name]) => !DROPPED.has(name) && !(hasList && COUNTS.has(name)))
      .flatMap(([name, value]) => vectorLeaves(value, normalise(name)));
  }
  const scalar = fields as string | number | boolean | null;
  return [[
    key,
    typeof scalar === "string" && /^0x[0-9a-f]+$/.test(scalar) ? BigInt(scalar) : number(scalar),
  ]];
}

const DROPPED = new Set([
  ...["pad", "pad_hex", "pad2_hex", "tail", "trailing_pad_hex", "trailing_hex", "pointer_ignored"],
  ...["datalen", "keylen", "calldatalen", "errorlen", "msglen", "len", "length", "reserved1"],
  ...["opcode_name", "srvid_name", "cmd_name"],
]);

/** Names of counts, where a list stands beside them. */
const COUNTS = new Set(["num", "count", "size", "num_scripts", "num_hot_keys"]);

/** Our decoded value in the same form. */
export function valueLeaves(value: unknown, key = ""): Leaf[] {
  if (value === undefined) return [];
  if (value instanceof Uint8Array) return [[key, value.toHex()]];
  if (Array.isArray(value)) return value.flatMap((item) => valueLeaves(item, key));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => valueLeaves(inner, normalise(name)));
  }
  if (typeof value === "boolean") return [[key, value ? 1n : 0n]];
  return [[key, number(value as string | number | bigint | null)]];
}

function number<T>(value: T): T | bigint {
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

/** `db_id`, `dbId`, `locks.num_calls` and `min_s` as one spelling. */
function normalise(name: string): string {
  const last = name.split(".").at(-1)!.replace(/_(hex|s)$/, "");
  const plain = last.replaceAll("_", "").toLowerCase();
  return ALIASES.get(plain) ?? plain;
}

const ALIASES = new Map([
  ["mask", "maskbits"],
  ["iface", "interface"],
  ["activeidx", "activeindex"],
  ["linkstate", "linkup"],
  ["msg", "message"],
  ["cmd", "command"],
]);
