import { INACTIVE_FLAGS, NodeFlag } from "./numbers.ts";

/** The word for each state that a node can be in, and the bits of its flags that say so. */
export type NodeStateName =
  | "disconnected"
  | "unknown"
  | "disabled"
  | "banned"
  | "unhealthy"
  | "deleted"
  | "stopped"
  | "inactive";

/** A flag that only tools have: nothing is known of the node yet (cli.md 2.3). */
export const UNKNOWN_FLAG = 0x40;

/** In the order of the text (cli.md 2.2). Tables and JSON have the same words. */
const NODE_STATES: readonly (readonly [state: NodeStateName, flags: number])[] = [
  ["disconnected", NodeFlag.DISCONNECTED],
  ["unknown", UNKNOWN_FLAG],
  ["disabled", NodeFlag.PERMANENTLY_DISABLED],
  ["banned", NodeFlag.BANNED],
  ["unhealthy", NodeFlag.UNHEALTHY],
  ["deleted", NodeFlag.DELETED],
  ["stopped", NodeFlag.STOPPED],
  ["inactive", INACTIVE_FLAGS],
];

/** Which of the states the flags of a node say, by name, in the order of the text. */
export function nodeStates(flags: number): Readonly<Record<NodeStateName, boolean>> {
  const states = NODE_STATES.map(([state, bits]) => [state, (flags & bits) !== 0]);
  return Object.fromEntries(states) as Record<NodeStateName, boolean>;
}

/** The flags of a node in words, such as `STOPPED|INACTIVE`; `OK` without any. */
export function flagsText(flags: number): string {
  const names = NODE_STATES.filter(([, bits]) => (flags & bits) !== 0);
  return names.length === 0 ? "OK" : names.map(([state]) => state.toUpperCase()).join("|");
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
