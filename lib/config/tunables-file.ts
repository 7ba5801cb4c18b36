import { LogLevel, strtoul } from "../base/mod_basics.ts";
import { findTunable } from "../wire/mod.ts";
import type { ConfMessage } from "./conf-read.ts";
import type { IniItem } from "./ini.ts";
import { parseIni } from "./ini.ts";
import type { Tunables } from "./tunables.ts";

/**
 * Sets `tunables` from the text of a tunables file (`cluster.md` 3): `Name=Value`, names in any case,
 * values decimal, `0x` or octal. Bad lines are reported and skipped, they stop nobody; after a
 * syntax error the rest of the file is not read.
 *
 * A number that does not fit into 32 bits is refused. (The C daemon wraps it around: with
 * `KeepaliveInterval=4294967296` it spins.)
 */
export function applyTunables(text: string, tunables: Tunables): ConfMessage[] {
  const messages: ConfMessage[] = [];
  const complain = (line: number, text: string) =>
    messages.push({ level: LogLevel.ERROR, line, text, ours: false });
  const { items, skipped, syntaxError } = parseIni(text);
  for (const item of items) {
    const complaint = apply(item, tunables);
    if (complaint !== undefined) complain(item.line, complaint);
  }
  for (const { line, text } of skipped) complain(line, `Invalid line containing "${text}"`);
  if (syntaxError !== undefined) complain(syntaxError.line, `Syntax error: ${syntaxError.text}`);
  return messages.sort((one, other) => one.line - other.line);
}

/** A u32 as tunables files and commands write it: the whole text must be the number. */
export function parseTunableValue(text: string): number | undefined {
  const { value, rest, empty, overflow } = strtoul(text);
  const negative = text.includes("-");
  if (empty || overflow || negative || rest !== "" || value > 0xffff_ffffn) return undefined;
  return Number(value);
}

function apply(item: IniItem, tunables: Tunables): string | undefined {
  const { name } = item;
  if (item.kind === "section") return `Invalid line, sections not supported: [${name}]`;
  if (item.value === "") return `Invalid line containing "${name}"`;
  const value = parseTunableValue(item.value);
  if (value === undefined) return `Invalid value "${item.value}" for tunable "${name}"`;
  const info = findTunable(name);
  if (info === undefined) return `Unknown tunable "${name}"`;
  if (info.obsolete) return `Obsolete tunable "${name}"`;
  tunables.set(info.name, value);
  return undefined;
}
