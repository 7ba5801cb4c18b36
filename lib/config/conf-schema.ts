import {
  checkAtLeastOne,
  checkDirectory,
  checkEtcScript,
  checkLogLevel,
  checkLogLocation,
} from "./conf-checks.ts";
import { checkNodeAddress, checkPositive, checkScriptLogLevel } from "./conf-checks.ts";
import { checkTransport, deprecated, unchecked } from "./conf-checks.ts";
import type { ConfCheck, ConfValue } from "./conf-checks.ts";
import type { Paths } from "./paths.ts";

/** One option of `ctdb.conf`. An `undefined` default: a text that has no value unless given. */
export interface ConfOption {
  readonly section: string;
  readonly name: string;
  readonly type: "string" | "integer" | "boolean";
  readonly default: ConfValue | undefined;
  readonly check: ConfCheck;
  /** Whether a reload may change it; otherwise a change is ignored with a warning. */
  readonly reloadable: boolean;
  /** The C daemon does not have it: a dump shows it only where it is given. */
  readonly ours: boolean;
}

/** All options in the order in which `ctdb-config dump` prints them. */
export type ConfSchema = readonly ConfOption[];

type Row = readonly [
  name: string,
  type: ConfOption["type"],
  fallback: ConfValue | undefined,
  check?: ConfCheck,
];

/**
 * The options of `ctdb.conf` (`cluster.md` 2.1), with the defaults of an installation.
 *
 * Only `[logging] log level` and `[event]` can change while a daemon runs: everything else is part
 * of a decision that was made at start.
 */
export function confSchema(paths: Paths): ConfSchema {
  return [
    ...section("logging", [
      ["location", "string", paths.logLocation, checkLogLocation],
      ["log level", "string", "NOTICE", checkLogLevel],
    ]),
    ...section("cluster", [
      ["transport", "string", "tcp", checkTransport],
      ["node address", "string", undefined, checkNodeAddress],
      ["cluster lock", "string", undefined],
      ["recovery lock", "string", undefined, deprecated],
      ["nodes list", "string", undefined],
      ["leader timeout", "integer", 5, checkPositive],
      ["leader capability", "boolean", true],
    ]),
    ...section("database", [
      ["volatile database directory", "string", paths.volatileDirectory, checkDirectory],
      ["persistent database directory", "string", paths.persistentDirectory, checkDirectory],
      ["state database directory", "string", paths.stateDirectory, checkDirectory],
      ["lock debug script", "string", undefined, checkEtcScript],
      ["tdb mutexes", "boolean", true],
    ]),
    ...section("event", [
      ["debug script", "string", undefined, checkEtcScript],
    ]),
    ...section("failover", [
      ["disabled", "boolean", false],
      ["shutdown extra timeout", "integer", 0],
      ["shutdown failover timeout", "integer", 10],
    ]),
    ...section("legacy", [
      ["realtime scheduling", "boolean", true],
      ["lmaster capability", "boolean", true],
      ["start as stopped", "boolean", false],
      ["start as disabled", "boolean", false],
      ["script log level", "string", "ERROR", checkScriptLogLevel],
    ]),
    ...section(ADMIN, [
      ["listen", "string", undefined],
      ["certificate", "string", undefined],
      ["key", "string", undefined],
      ["client ca", "string", undefined],
      ["history days", "integer", 30, checkAtLeastOne],
      ["history size", "integer", 64, checkAtLeastOne],
    ]),
  ];
}

/** The option of a section (in any case) and an exactly written name. */
export function findOption(
  schema: ConfSchema,
  section: string,
  name: string,
): ConfOption | undefined {
  const lower = section.toLowerCase();
  return schema.find((option) => option.section === lower && option.name === name);
}

/** Whether a section (in any case) exists. */
export function hasSection(schema: ConfSchema, section: string): boolean {
  const lower = section.toLowerCase();
  return schema.some((option) => option.section === lower);
}

/** The section of the admin API. */
const ADMIN = "admin";

const reloadable: ReadonlySet<string> = new Set(["log level", "debug script"]);

function section(name: string, rows: readonly Row[]): ConfOption[] {
  return rows.map(([option, type, fallback, check]) => ({
    section: name,
    name: option,
    type,
    default: fallback,
    check: check ?? unchecked,
    reloadable: reloadable.has(option),
    ours: name === ADMIN,
  }));
}
