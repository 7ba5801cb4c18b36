import { parseLogLevel, parseLogLocation } from "../logging/mod_level.ts";
import { parseIp } from "../wire/mod_ip.ts";
import { messageOf } from "../base/mod_basics.ts";
import type { StatFile } from "./file-facts.ts";

/** A value of `ctdb.conf`, in the type of its option. */
export type ConfValue = string | number | boolean;

/** What a check may look at. */
export interface ConfCheckContext {
  readonly etcdir: string;
  readonly stat: StatFile;
}

/** What a check found. The texts are those of the C tools, byte for byte. */
export interface ConfFinding {
  readonly ok: boolean;
  /** A complaint (not ok: an error) or a remark (ok: a warning). */
  readonly complaint?: string;
  /** Why, where the C tools do not say it. Only for our own log. */
  readonly reason?: string;
}

/** Judges a value that was given. */
export type ConfCheck = (
  option: { readonly section: string; readonly name: string },
  value: ConfValue,
  context: ConfCheckContext,
) => ConfFinding;

const fine: ConfFinding = { ok: true };

export const unchecked: ConfCheck = () => fine;

export const deprecated: ConfCheck = (option) => ({
  ok: true,
  complaint: `Configuration option [${option.section}] -> ${option.name} is deprecated`,
});

/** `tcp` is what C knows; the others say on which event loop the node's core shall run. */
export const checkTransport = valid((value) => ["tcp", "native", "deno"].includes(String(value)));

/** A literal address without brackets, port or scope. */
export const checkNodeAddress = valid((value) => parseIp(String(value)) !== undefined);

export const checkPositive = valid((value) => Number(value) > 0);

/** The same for an option of ours, of which the C tools say nothing: what is allowed is said, too. */
export const checkAtLeastOne = valid((value) => Number(value) > 0, ": at least 1");

export const checkScriptLogLevel = valid((value) => parseLogLevel(String(value)) !== undefined);

export const checkLogLevel: ConfCheck = (_option, value) => {
  return parseLogLevel(String(value)) === undefined
    ? { ok: false, reason: `not a log level: ${value}` }
    : fine;
};

/** A known kind of log, in a directory that exists. */
export const checkLogLocation: ConfCheck = (_option, value, context) => {
  try {
    const location = parseLogLocation(String(value));
    if (location.kind !== "file" && location.kind !== "json") return fine;
    const directory = directoryOf(location.path);
    if (context.stat(directory)?.kind === "directory") return fine;
    return { ok: false, reason: `directory of log does not exist: ${directory}` };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
};

export const checkDirectory: ConfCheck = (option, value, context) => {
  return context.stat(String(value))?.kind === "directory"
    ? fine
    : { ok: false, complaint: `${option.name} "${value}" does not exist` };
};

/** A program in etcdir. Whatever path is given, only the base name counts. */
export const checkEtcScript: ConfCheck = (option, value, context) => {
  const path = etcScriptPath(context.etcdir, String(value));
  const facts = context.stat(path);
  if (facts === undefined) {
    return { ok: false, complaint: `${option.name} ${path} does not exist` };
  }
  if (facts.kind !== "file") {
    return { ok: false, complaint: `${option.name} ${path} is not a file` };
  }
  if (!facts.ownerExecutable) {
    return { ok: false, complaint: `${option.name} ${path} is not executable` };
  }
  return fine;
};

/** Where a configured script really is: its base name in etcdir. */
export function etcScriptPath(etcdir: string, script: string): string {
  return `${etcdir}/${baseName(script)}`;
}

function valid(accepts: (value: ConfValue) => boolean, allowed = ""): ConfCheck {
  return (option, value) => {
    if (accepts(value)) return fine;
    const complaint = `Invalid value for [${option.section}] -> ${option.name} = ${value}`;
    return { ok: false, complaint: `${complaint}${allowed}` };
  };
}

/** `basename(1)`: slashes at the end do not count. */
function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** `dirname(1)`. */
function directoryOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  if (slash === -1) return trimmed === "" ? "/" : ".";
  return trimmed.slice(0, slash).replace(/\/+$/, "") || "/";
}
