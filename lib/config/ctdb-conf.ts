import { type AdminSettings, adminSettings } from "./admin-settings.ts";
import type { LogLevelNumber } from "../base/mod.ts";
import { LogLevel } from "../base/mod.ts";
import { parseLogLevel } from "../logging/mod.ts";
import type { ConfValue } from "./conf-checks.ts";
import type { ConfMessage, ConfReadResult } from "./conf-read.ts";
import type { ConfOption } from "./conf-schema.ts";
import { ConfValues } from "./conf-values.ts";
import { ConfigError } from "./errors.ts";

/** The configuration of a daemon: `ctdb.conf` with every value in its type (`cluster.md` 2.1). */
export interface CtdbConf {
  readonly logging: {
    /** A text for `openLog`. */
    readonly location: string;
    readonly logLevel: LogLevelNumber;
  };
  readonly cluster: {
    readonly transport: string;
    /** A literal address; undefined: the first listed one that can be bound. */
    readonly nodeAddress: string | undefined;
    /** `cluster lock`, else the deprecated `recovery lock`; exactly as written. */
    readonly clusterLock: string | undefined;
    /** A path, or `!` and a command; undefined: the file `nodes`. */
    readonly nodesList: string | undefined;
    readonly leaderTimeout_s: number;
    readonly leaderCapability: boolean;
  };
  readonly database: {
    readonly volatileDirectory: string;
    readonly persistentDirectory: string;
    readonly stateDirectory: string;
    /** Only the base name counts: see `etcScriptPath`. */
    readonly lockDebugScript: string | undefined;
    readonly tdbMutexes: boolean;
  };
  readonly event: {
    /** Only the base name counts: see `etcScriptPath`. */
    readonly debugScript: string | undefined;
  };
  readonly failover: {
    readonly disabled: boolean;
    readonly shutdownExtraTimeout_s: number;
    readonly shutdownFailoverTimeout_s: number;
  };
  readonly legacy: {
    readonly realtimeScheduling: boolean;
    readonly lmasterCapability: boolean;
    readonly startAsStopped: boolean;
    readonly startAsDisabled: boolean;
    readonly scriptLogLevel: LogLevelNumber;
  };
  readonly admin: AdminSettings;
}

/**
 * The values with names and types. `values` must have passed the checks.
 *
 * @throws {AdminSettingsError} the section `[admin]` would leave the API open
 */
export function ctdbConfOf(values: ConfValues): CtdbConf {
  const text = (section: string, name: string) => values.text(section, name);
  const flag = (section: string, name: string) => values.boolean(section, name);
  return {
    logging: {
      location: given(values, "logging", "location"),
      logLevel: level(values, "logging", "log level"),
    },
    cluster: {
      transport: given(values, "cluster", "transport"),
      nodeAddress: text("cluster", "node address"),
      clusterLock: text("cluster", "cluster lock") ?? text("cluster", "recovery lock"),
      nodesList: text("cluster", "nodes list"),
      leaderTimeout_s: values.integer("cluster", "leader timeout"),
      leaderCapability: flag("cluster", "leader capability"),
    },
    database: {
      volatileDirectory: given(values, "database", "volatile database directory"),
      persistentDirectory: given(values, "database", "persistent database directory"),
      stateDirectory: given(values, "database", "state database directory"),
      lockDebugScript: text("database", "lock debug script"),
      tdbMutexes: flag("database", "tdb mutexes"),
    },
    event: { debugScript: text("event", "debug script") },
    failover: {
      disabled: flag("failover", "disabled"),
      shutdownExtraTimeout_s: values.integer("failover", "shutdown extra timeout"),
      shutdownFailoverTimeout_s: values.integer("failover", "shutdown failover timeout"),
    },
    legacy: {
      realtimeScheduling: flag("legacy", "realtime scheduling"),
      lmasterCapability: flag("legacy", "lmaster capability"),
      startAsStopped: flag("legacy", "start as stopped"),
      startAsDisabled: flag("legacy", "start as disabled"),
      scriptLogLevel: level(values, "legacy", "script log level"),
    },
    admin: adminConf(values),
  };
}

/**
 * The section `[admin]`.
 *
 * @throws {AdminSettingsError} it would leave the API open, or means nothing
 */
export function adminConf(values: ConfValues): AdminSettings {
  const text = (name: string) => values.text("admin", name);
  return adminSettings({
    listen: text("listen"),
    certificate: text("certificate"),
    key: text("key"),
    clientCa: text("client ca"),
    historyDays: values.integer("admin", "history days"),
    historySize_mb: values.integer("admin", "history size"),
  });
}

/** What a reload came to. */
export interface ConfReload {
  readonly values: ConfValues;
  readonly messages: readonly ConfMessage[];
}

/**
 * The values after a reload (`cluster.md` 2.1): fresh ones where an option may change, the current
 * ones where it may not, with a warning for each change that is ignored. A file with an error of any
 * kind changes nothing. (The C event daemon forgets its configuration when a reload fails.)
 */
export function reloadConf(current: ConfValues, read: ConfReadResult): ConfReload {
  if (!read.ok || read.ignored) {
    const failed = remark(LogLevel.ERROR, "Configuration reload failed");
    return { values: current, messages: [...read.messages, failed] };
  }
  const kept = new Map<ConfOption, ConfValue>();
  const messages = [...read.messages];
  for (const option of current.schema) {
    const source = option.reloadable ? read.values : current;
    const value = source.valueOf(option);
    if (value !== undefined && source.isGiven(option)) kept.set(option, value);
    if (!option.reloadable && read.values.valueOf(option) !== value) {
      const name = `${option.section} config option "${option.name}"`;
      messages.push(remark(LogLevel.WARNING, `Ignoring update of ${name}`));
    }
  }
  return { values: new ConfValues(current.schema, kept), messages };
}

function remark(level: LogLevelNumber, text: string): ConfMessage {
  return { level, text, line: 0, ours: false };
}

function given(values: ConfValues, section: string, name: string): string {
  const text = values.text(section, name);
  if (text === undefined) {
    throw new ConfigError(`use option without a value: [${section}] -> ${name}`);
  }
  return text;
}

function level(values: ConfValues, section: string, name: string): LogLevelNumber {
  const text = given(values, section, name);
  const level = parseLogLevel(text);
  if (level === undefined) throw new ConfigError(`use log level: ${text}`);
  return level;
}
