import { INACTIVE_FLAGS, NodeFlag } from "./numbers.ts";

/** The text of each flag, in the order of printing (cli.md 2.2). */
const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [NodeFlag.DISCONNECTED, "DISCONNECTED"],
  [0x40, "UNKNOWN"],
  [NodeFlag.PERMANENTLY_DISABLED, "DISABLED"],
  [NodeFlag.BANNED, "BANNED"],
  [NodeFlag.UNHEALTHY, "UNHEALTHY"],
  [NodeFlag.DELETED, "DELETED"],
  [NodeFlag.STOPPED, "STOPPED"],
  [INACTIVE_FLAGS, "INACTIVE"],
];

/** The flags of a node in words, such as `STOPPED|INACTIVE`; `OK` without any. */
export function flagsText(flags: number): string {
  const names = FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  return names.length === 0 ? "OK" : names.join("|");
}

/** `0x36fb8cdb`, as people see ids of databases. */
export function idText(dbId: number): string {
  return `0x${dbId.toString(16).padStart(8, "0")}`;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Bytes as dumps show them: printable ASCII, everything else as `\XX` (cli.md 2.14). */
export function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const literal = byte >= 0x20 && byte < 0x7f && byte !== BACKSLASH && byte !== QUOTE;
    return literal
      ? String.fromCharCode(byte)
      : `\\${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
