import type { LogLevelNumber } from "../base/mod_basics.ts";
import { LogLevel, strtol } from "../base/mod_basics.ts";
import type { ConfCheckContext, ConfValue } from "./conf-checks.ts";
import type { ConfOption, ConfSchema } from "./conf-schema.ts";
import { findOption, hasSection } from "./conf-schema.ts";
import { ConfValues } from "./conf-values.ts";
import type { IniItem } from "./ini.ts";
import { parseIni } from "./ini.ts";

/** Something to be said about a configuration file. */
export interface ConfMessage {
  readonly level: LogLevelNumber;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
  /**
   * The C tools do not say it. The daemon logs it; `ctdb-config` leaves it out, so that its output
   * stays what scripts expect.
   */
  readonly ours: boolean;
  /** How loudly the C tools say it, where that is another level. */
  readonly toolLevel?: LogLevelNumber;
}

/** What to make of a configuration file. */
export interface ConfReadOptions extends ConfCheckContext {
  readonly schema: ConfSchema;
  /** Unknown sections and options are errors (`ctdb-config validate`), else remarks. */
  readonly strict: boolean;
}

/** A configuration file, understood. */
export interface ConfReadResult {
  /** False: at least one value is wrong, and the program must not go on with `values`. */
  readonly ok: boolean;
  /** A syntax error made the file count as empty; the C tools then go on with the defaults. */
  readonly ignored: boolean;
  /** The values; all defaults when not ok or after a syntax error. */
  readonly values: ConfValues;
  /** The options that the file gives a value, the default included. */
  readonly mentioned: ReadonlySet<ConfOption>;
  /** In the order of the file. */
  readonly messages: readonly ConfMessage[];
}

/**
 * Reads the text of `ctdb.conf` (`cluster.md` 2.1). Does not throw: every complaint is a message, and
 * all of them are reported, not only the first.
 *
 * A syntax error makes the whole file count as empty. The C daemon then goes on without saying
 * anything; to us it is an error, since a cluster lock that is silently not there costs data.
 */
export function readConf(text: string, options: ConfReadOptions): ConfReadResult {
  const reader = new ConfReader(options);
  const { items, skipped, syntaxError } = parseIni(text);
  for (const item of items) reader.take(item);
  for (const { line, text: wrong } of skipped) {
    reader.say(LogLevel.WARNING, line, `conf: line without "=" ignored: ${wrong}`, true);
  }
  if (syntaxError !== undefined) {
    const { line, text: wrong } = syntaxError;
    reader.fail(line, `conf: syntax error in line ${line}: ${wrong}`);
  }
  return reader.result(syntaxError !== undefined);
}

class ConfReader {
  readonly #options: ConfReadOptions;
  readonly #given = new Map<ConfOption, ConfValue>();
  readonly #mentioned = new Set<ConfOption>();
  readonly #messages: ConfMessage[] = [];
  #ok = true;
  #section = "";

  constructor(options: ConfReadOptions) {
    this.#options = options;
  }

  take(item: IniItem): void {
    if (item.kind === "section") this.#enter(item.name, item.line);
    else this.#set(item.name, item.value, item.line);
  }

  say(level: LogLevelNumber, line: number, text: string, ours = false): void {
    this.#messages.push({ level, line, text, ours });
  }

  result(ignored: boolean): ConfReadResult {
    const usable = this.#ok && !ignored;
    const values = new ConfValues(this.#options.schema, usable ? this.#given : new Map());
    const mentioned = usable ? this.#mentioned : new Set<ConfOption>();
    return { ok: this.#ok, ignored, values, mentioned, messages: this.#messages };
  }

  #enter(name: string, line: number): void {
    const known = hasSection(this.#options.schema, name);
    this.#section = known ? name : "";
    if (!known && this.#options.strict) this.fail(line, `conf: unknown section [${name}]`);
    else if (!known) this.#ignore(line, `conf: ignoring unknown section [${name}]`);
  }

  #set(name: string, text: string, line: number): void {
    if (this.#section === "") {
      return this.#unknown(line, `conf: unknown section for option "${name}"`);
    }
    const option = findOption(this.#options.schema, this.#section, name);
    if (option === undefined) {
      return this.#unknown(line, `conf: unknown option [${this.#section}] -> "${name}"`);
    }
    if (text === "") {
      return this.fail(line, `conf: empty value [${this.#section}] -> "${name}"`);
    }
    const value = confValueOf(option.type, text);
    const invalid = `conf: invalid value [${this.#section}] -> "${name}" = "${text}"`;
    if (value === undefined) return this.fail(line, invalid);
    this.#mentioned.add(option);
    // A repetition of the default does not undo what stood before it (2.1), and is not checked.
    if (value !== option.default && !this.#check(option, value, line)) return;
    // The C tools take `5x` for 5 and `x` for 0. What they refuse by the number is said as they say it.
    if (option.type === "integer" && !isWholeNumber(text)) return this.fail(line, invalid);
    if (value !== option.default) this.#given.set(option, value);
  }

  #check(option: ConfOption, value: ConfValue, line: number): boolean {
    const { ok, complaint, reason } = option.check(option, value, this.#options);
    const level = ok ? LogLevel.WARNING : LogLevel.ERROR;
    if (complaint !== undefined) this.say(level, line, complaint);
    if (reason !== undefined) this.say(level, line, reason, true);
    if (!ok) this.fail(line, `conf: validation for option "${option.name}" failed`);
    return ok;
  }

  #unknown(line: number, text: string): void {
    if (this.#options.strict) this.fail(line, text);
    else this.#ignore(line, text);
  }

  /** The C daemon goes on and says nothing, since its log is not yet open: what was meant is not done. */
  #ignore(line: number, text: string): void {
    const toolLevel = LogLevel.DEBUG;
    this.#messages.push({ level: LogLevel.WARNING, line, text, ours: false, toolLevel });
  }

  /** An error: the values must not be used. */
  fail(line: number, text: string): void {
    this.#ok = false;
    this.say(LogLevel.ERROR, line, text);
  }
}

const greatestInteger = (1n << 31n) - 1n;
const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  false: false,
  no: false,
};

function isWholeNumber(text: string): boolean {
  const { rest, empty } = strtol(text);
  return !empty && rest === "";
}

/** A value from its text; undefined when the text is none of the type. */
export function confValueOf(type: ConfOption["type"], text: string): ConfValue | undefined {
  if (type === "string") return text;
  if (type === "integer") {
    const { value, overflow } = strtol(text);
    return overflow || value < 0n || value > greatestInteger ? undefined : Number(value);
  }
  const lower = text.toLowerCase();
  return Object.hasOwn(booleans, lower) ? booleans[lower] : undefined;
}
