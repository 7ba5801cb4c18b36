import { at, type Codec, mapped, struct } from "./codec.ts";
import { WireError } from "./errors.ts";
import { strn, u32 } from "./primitives.ts";

/** What the number of a tunable counts. */
export type TunableUnit = "s" | "ms" | "bytes" | "count" | "flag";

/** One row of {@link tunables}. */
export interface TunableInfo {
  readonly name: TunableName;
  readonly default: number;
  readonly unit: TunableUnit;
  /** Still on the wire and settable, but without effect and left out of lists. */
  readonly obsolete: boolean;
}

type Row = readonly [name: string, value: number, unit: TunableUnit, obsolete?: "obsolete"];

const rows = [
  ["MaxRedirectCount", 3, "count", "obsolete"],
  ["SeqnumInterval", 1000, "ms"],
  ["ControlTimeout", 60, "s"],
  ["TraverseTimeout", 20, "s"],
  ["KeepaliveInterval", 5, "s"],
  ["KeepaliveLimit", 5, "count"],
  ["RecoverTimeout", 30, "s"],
  ["RecoverInterval", 1, "s"],
  ["ElectionTimeout", 3, "s"],
  ["TakeoverTimeout", 9, "s"],
  ["MonitorInterval", 15, "s"],
  ["TickleUpdateInterval", 20, "s"],
  ["EventScriptTimeout", 30, "s"],
  ["MonitorTimeoutCount", 20, "count"],
  ["EventScriptUnhealthyOnTimeout", 0, "flag", "obsolete"],
  ["RecoveryGracePeriod", 120, "s"],
  ["RecoveryBanPeriod", 300, "s"],
  ["DatabaseHashSize", 100001, "count"],
  ["DatabaseMaxDead", 5, "count"],
  ["RerecoveryTimeout", 10, "s"],
  ["EnableBans", 1, "flag"],
  ["DeterministicIPs", 0, "flag", "obsolete"],
  ["ReclockPingPeriod", 60, "s", "obsolete"],
  ["NoIPFailback", 0, "flag"],
  ["DisableIPFailover", 0, "flag", "obsolete"],
  ["VerboseMemoryNames", 0, "flag"],
  ["RecdPingTimeout", 60, "s"],
  ["RecdFailCount", 10, "count"],
  ["LogLatencyMs", 0, "ms"],
  ["RecLockLatencyMs", 1000, "ms"],
  ["RecoveryDropAllIPs", 120, "s"],
  ["VerifyRecoveryLock", 1, "flag", "obsolete"],
  ["VacuumInterval", 10, "s"],
  ["VacuumMaxRunTime", 120, "s"],
  ["RepackLimit", 10000, "count"],
  ["VacuumLimit", 5000, "count", "obsolete"],
  ["MaxQueueDropMsg", 1000000, "count"],
  ["AllowUnhealthyDBRead", 0, "flag"],
  ["StatHistoryInterval", 1, "s"],
  ["DeferredAttachTO", 120, "s"],
  ["VacuumFastPathCount", 60, "count"],
  ["LCP2PublicIPs", 1, "flag", "obsolete"],
  ["AllowClientDBAttach", 1, "flag"],
  ["RecoverPDBBySeqNum", 1, "flag", "obsolete"],
  ["DeferredRebalanceOnNodeAdd", 300, "s", "obsolete"],
  ["FetchCollapse", 1, "flag"],
  ["HopcountMakeSticky", 50, "count"],
  ["StickyDuration", 600, "s"],
  ["StickyPindown", 200, "ms"],
  ["NoIPTakeover", 0, "flag"],
  ["DBRecordCountWarn", 100000, "count"],
  ["DBRecordSizeWarn", 10000000, "bytes"],
  ["DBSizeWarn", 100000000, "bytes"],
  ["PullDBPreallocation", 10485760, "bytes"],
  ["NoIPHostOnAllDisabled", 1, "flag", "obsolete"],
  ["Samba3AvoidDeadlocks", 0, "flag", "obsolete"],
  ["TDBMutexEnabled", 1, "flag", "obsolete"],
  ["LockProcessesPerDB", 200, "count"],
  ["RecBufferSizeLimit", 1000000, "bytes"],
  ["QueueBufferSize", 1024, "bytes"],
  ["IPAllocAlgorithm", 2, "count"],
  ["AllowMixedVersions", 0, "flag"],
] as const satisfies readonly Row[];

/** The name of a tunable in its one spelling; {@link findTunable} accepts others. */
export type TunableName = (typeof rows)[number][0];

/** A value for every tunable. */
export type TunableValues = { readonly [N in TunableName]: number };

/** All 62 tunables in the order of the wire (10.12), which is not that of lists. */
export const tunables: readonly TunableInfo[] = rows.map((row: Row) => ({
  name: row[0] as TunableName,
  default: row[1],
  unit: row[2],
  obsolete: row[3] === "obsolete",
}));

/** The values of a node that nobody has tuned. */
export const defaultTunables: TunableValues = tunablesFrom((info) => info.default);

/** The names that LIST_TUNABLES returns, in its order (10.14): obsolete ones are left out. */
export const tunableListOrder: readonly TunableName[] = listOrder();

const byLowerName = new Map(tunables.map((info) => [info.name.toLowerCase(), info]));

/** The tunable of a name in any case; undefined when there is none. */
export function findTunable(name: string): TunableInfo | undefined {
  return byLowerName.get(name.toLowerCase());
}

/** The reply of GET_ALL_TUNABLES: 62 u32 in wire order, 248 bytes (10.12). */
export const tunablesBlock: Codec<TunableValues> = {
  minSize: rows.length * 4,
  write(w, value) {
    for (const { name } of tunables) w.u32(value[name]);
  },
  read: (r) => tunablesFrom(() => r.u32()),
};

/** A tunable to set (10.13). */
export interface Tunable {
  readonly value: number;
  /** In any case, and perhaps unknown: see {@link findTunable}. */
  readonly name: string;
}

/** Tunable: `u32 value`, `strn name`. */
export const tunable: Codec<Tunable> = struct<Tunable>({ value: at(0, u32), name: at(4, strn) });

/** The reply of LIST_TUNABLES: one string of names, each with a colon in front (10.14). */
export const variableList: Codec<readonly string[]> = mapped<string, readonly string[]>(
  strn,
  (text) => text.split(":").filter((name) => name !== ""),
  (names) => {
    const wrong = names.find((name) => name === "" || name.includes(":"));
    if (wrong !== undefined) throw new WireError("value", `write variable name: "${wrong}"`);
    return names.map((name) => `:${name}`).join("");
  },
);

function tunablesFrom(valueOf: (info: TunableInfo) => number): TunableValues {
  const values: Partial<Record<TunableName, number>> = {};
  for (const info of tunables) values[info.name] = valueOf(info);
  return values as TunableValues;
}

function listOrder(): TunableName[] {
  // The one live tunable that stands elsewhere in lists than on the wire.
  const moved = "VacuumFastPathCount";
  return tunables
    .filter((info) => !info.obsolete && info.name !== moved)
    .flatMap((info) => info.name === "RepackLimit" ? [info.name, moved] : [info.name]);
}
