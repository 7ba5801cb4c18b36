import type { DatabaseRecord } from "../../../lib/client/mod.ts";
import { escapeBytes, RecordFlag, type RecordHeader } from "../../../lib/wire/mod.ts";

const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [RecordFlag.MIGRATED_WITH_DATA, "MIGRATED_WITH_DATA"],
  [RecordFlag.VACUUM_MIGRATED, "VACUUM_MIGRATED"],
  [RecordFlag.AUTOMATIC, "AUTOMATIC"],
  [RecordFlag.RO_HAVE_DELEGATIONS, "RO_HAVE_DELEGATIONS"],
  [RecordFlag.RO_HAVE_READONLY, "RO_HAVE_READONLY"],
  [RecordFlag.RO_REVOKING_READONLY, "RO_REVOKING_READONLY"],
  [RecordFlag.RO_REVOKE_COMPLETE, "RO_REVOKE_COMPLETE"],
  [RecordFlag.PERSISTENT, "PERSISTENT"],
  [RecordFlag.PERSISTENT_IN_PROGRESS, "PERSISTENT_IN_PROGRESS"],
];

/** A record with the blank line behind it (cli.md 2.14). */
export function recordText({ key, header, value }: DatabaseRecord): string {
  return `key(${key.length}) = "${escapeBytes(key)}"\n${headerText(header)}${dataText(value)}\n`;
}

/** The lines of a header. */
export function headerText({ dmaster, rsn, flags }: RecordHeader): string {
  const names = flagNames(flags).map((name) => ` ${name}`).join("");
  const hex = flags.toString(16).padStart(8, "0");
  return `dmaster: ${dmaster}\nrsn: ${rsn}\nflags: 0x${hex}${names}\n`;
}

/** The line of the data. */
export function dataText(value: Uint8Array): string {
  return `data(${value.length}) = "${escapeBytes(value)}"\n`;
}

/** A record in JSON: bytes both as dumps show them and in hex. */
export function recordJson({ key, header, value }: DatabaseRecord): unknown {
  return { ...bytesJson("key", key), ...headerJson(header), ...bytesJson("value", value) };
}

/** A header in JSON; the sequence number may be larger than JSON's numbers. */
export function headerJson({ dmaster, rsn, flags }: RecordHeader): Record<string, unknown> {
  return { dmaster, rsn: String(rsn), flags: flagNames(flags) };
}

/** Bytes in JSON. */
export function bytesJson(name: string, bytes: Uint8Array): Record<string, unknown> {
  return { [name]: escapeBytes(bytes), [`${name}_hex`]: bytes.toHex() };
}

function flagNames(flags: number): readonly string[] {
  return FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}
