import type { LogLevelNumber } from "../base/mod.ts";
import { LogLevel } from "../base/mod.ts";
import { findTunable } from "../wire/mod.ts";
import type { ConfCheckContext, ConfValue } from "./conf-checks.ts";
import type { ConfMessage, ConfReadResult } from "./conf-read.ts";
import { confValueOf } from "./conf-read.ts";
import type { ConfOption } from "./conf-schema.ts";
import { findOption } from "./conf-schema.ts";
import type { ConfValues } from "./conf-values.ts";
import { legacyLimits, legacyOptions, legacyRemoved, legacyServices } from "./legacy-table.ts";
import type { ShellAssignment } from "./shell-assignments.ts";
import { parseShellAssignments } from "./shell-assignments.ts";
import { parseTunableValue } from "./tunables-file.ts";

/** What an old sysconfig file asks for, in today's terms. */
export interface LegacyConfig {
  /** `ctdb.conf` over the old file over the defaults. */
  readonly values: ConfValues;
  /** Values of `CTDB_SET_<Tunable>`; the tunables files come after them. */
  readonly tunables: readonly { readonly name: string; readonly value: number }[];
  /** Event scripts of component `legacy` to be enabled, such as `50.samba`. */
  readonly scripts: readonly string[];
  /** `CTDB_PUBLIC_ADDRESSES`: for use when the file of the fixed name does not exist. */
  readonly publicAddresses: string | undefined;
  /** One for each variable that means something: what it did, and what to write instead. */
  readonly messages: readonly ConfMessage[];
}

/**
 * Honours the variables of an old `/etc/sysconfig/ctdb` or `/etc/default/ctdb` (`cluster.md` 2.3), as
 * a help in migration: the C daemon does not read them any more. `ctdb.conf` wins over them. Every
 * use says what to write instead; a value that would not pass the checks is ignored with a warning.
 */
export function applyLegacy(
  text: string,
  conf: ConfReadResult,
  context: ConfCheckContext,
): LegacyConfig {
  const { variables, skipped } = parseShellAssignments(text);
  const reader = new LegacyReader(conf, context);
  for (const line of skipped) {
    reader.say(LogLevel.WARNING, line, "needs a shell to be understood, ignored");
  }
  for (const assignment of variables.values()) reader.take(assignment);
  return reader.result();
}

class LegacyReader {
  readonly #conf: ConfReadResult;
  readonly #context: ConfCheckContext;
  readonly #changes = new Map<ConfOption, ConfValue>();
  readonly #tunables: { name: string; value: number }[] = [];
  readonly #scripts = new Set<string>();
  readonly #messages: ConfMessage[] = [];
  #publicAddresses: string | undefined;

  constructor(conf: ConfReadResult, context: ConfCheckContext) {
    this.#conf = conf;
    this.#context = context;
  }

  result(): LegacyConfig {
    return {
      values: this.#conf.values.with(this.#changes),
      tunables: this.#tunables,
      scripts: [...this.#scripts],
      publicAddresses: this.#publicAddresses,
      messages: this.#messages,
    };
  }

  say(level: LogLevelNumber, line: number, text: string): void {
    this.#messages.push({ level, line, text, ours: true });
  }

  take(variable: ShellAssignment): void {
    const { name, value, line } = variable;
    const limit = legacyLimits.get(name);
    if (!name.startsWith("CTDB_")) return;
    if (legacyOptions.has(name)) this.#takeOption(variable);
    else if (name === "CTDB_PUBLIC_ADDRESSES") this.#takePublicAddresses(value, line);
    else if (name === "CTDB_MANAGED_SERVICES") this.#takeServices(variable);
    else if (name.startsWith("CTDB_MANAGES_")) this.#takeManages(variable);
    else if (name.startsWith("CTDB_SET_")) this.#takeTunable(variable);
    else if (limit !== undefined) {
      this.#ignore(line, `${name} is ignored; set ${limit} in the unit of the service manager`);
    } else if (legacyRemoved.has(name)) {
      this.#ignore(line, `${name} is ignored: it was removed and has no replacement`);
    } else {
      const text =
        `${name} is not read here; if an event script uses it, move it to script.options`;
      this.say(LogLevel.NOTICE, line, text);
    }
  }

  #takeOption({ name, value, line }: ShellAssignment): void {
    const target = legacyOptions.get(name)!;
    const option = findOption(this.#conf.values.schema, target.section, target.name);
    const place = `[${target.section}] ${target.name}`;
    if (option === undefined) return this.#ignore(line, `${name} is ignored: no option ${place}`);
    const text = target.convert(value);
    if (text === undefined) return this.#ignore(line, `${name}=${value} is ignored; see ${place}`);
    if (this.#isSaidByConf(option)) {
      return this.#ignore(line, `${name} is ignored: ctdb.conf has ${place}`);
    }
    const typed = confValueOf(option.type, text);
    const wrong = typed === undefined ? "not such a value" : this.#complaint(option, typed);
    if (typed === undefined || wrong !== undefined) {
      return this.#ignore(line, `${name} is ignored: ${wrong}: ${value}`);
    }
    this.#changes.set(option, typed);
    this.#honour(line, name, `in ctdb.conf, section [${target.section}]: ${target.name} = ${text}`);
  }

  /** `recovery lock` is the old spelling of `cluster lock`: either in ctdb.conf wins. */
  #isSaidByConf(option: ConfOption): boolean {
    const { values, mentioned } = this.#conf;
    if (mentioned.has(option)) return true;
    const old = findOption(values.schema, "cluster", "recovery lock");
    return option.name === "cluster lock" && old !== undefined && mentioned.has(old);
  }

  #complaint(option: ConfOption, value: ConfValue): string | undefined {
    if (value === option.default) return undefined;
    const { ok, complaint, reason } = option.check(option, value, this.#context);
    return ok ? undefined : complaint ?? reason ?? "not valid";
  }

  #takePublicAddresses(path: string, line: number): void {
    if (!path.startsWith("/")) {
      return this.#ignore(line, `CTDB_PUBLIC_ADDRESSES is ignored, not a full path: ${path}`);
    }
    this.#publicAddresses = path;
    const link = `a link: ln -s ${path} ${this.#context.etcdir}/public_addresses`;
    this.#honour(line, "CTDB_PUBLIC_ADDRESSES", link);
  }

  #takeServices({ name, value, line }: ShellAssignment): void {
    for (const service of value.split(/\s+/).filter((word) => word !== "")) {
      this.#enable(name, service, line);
    }
  }

  #takeManages({ name, value, line }: ShellAssignment): void {
    if (/^yes$/i.test(value)) this.#enable(name, name.slice("CTDB_MANAGES_".length), line);
  }

  #enable(name: string, service: string, line: number): void {
    const script = legacyServices.get(service.toLowerCase());
    if (script === undefined) {
      return this.#ignore(line, `${name} is ignored: no event script for service: ${service}`);
    }
    this.#scripts.add(script);
    this.#honour(line, name, `by command: ctdb event script enable legacy ${script}`);
  }

  #takeTunable({ name, value, line }: ShellAssignment): void {
    const tunable = findTunable(name.slice("CTDB_SET_".length));
    const number = parseTunableValue(value);
    if (tunable === undefined) return this.#ignore(line, `${name} is ignored: unknown tunable`);
    if (tunable.obsolete) return this.#ignore(line, `${name} is ignored: obsolete tunable`);
    if (number === undefined) {
      return this.#ignore(line, `${name} is ignored: not a number: ${value}`);
    }
    this.#tunables.push({ name: tunable.name, value: number });
    this.#honour(line, name, `in ctdb.tunables: ${tunable.name}=${value}`);
  }

  #honour(line: number, name: string, instead: string): void {
    this.say(
      LogLevel.NOTICE,
      line,
      `${name} is an old variable, honoured for now; write ${instead}`,
    );
  }

  #ignore(line: number, text: string): void {
    this.say(LogLevel.WARNING, line, text);
  }
}
