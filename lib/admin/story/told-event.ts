import { type Happening, type Happenings, RECOVERY_CAUSES } from "../../base/mod.ts";

/** An event as nodes tell it each other. */
export interface ToldEvent {
  readonly time_ms: number;
  readonly happening: Happening;
}

/** Judges a value from outside. */
type Check = (value: unknown) => boolean;

/** All fields of a kind, so that none can be forgotten here: who is told of it would lose the event. */
type Fields<T> = { readonly [Name in keyof Required<T>]: Check };

const RECOVERY_END = {
  reason: isText,
  cause: orMissing((value) => RECOVERY_CAUSES.some((cause) => cause === value)),
  generation: isNumber,
  duration_ms: isNumber,
};
const SCRIPT_FAILURE = { event: isText, script: isText, result: isNumber, output: isText };

/** What each kind carries. */
const KINDS: { readonly [Kind in keyof Happenings]: Fields<Happenings[Kind]> } = {
  "daemon-started": { version: isText },
  "daemon-running": {},
  "daemon-stopping": { reason: isText },
  "link-up": { peer: isNumber },
  "link-down": { peer: isNumber, reason: isText },
  "election-called": { reason: isText },
  "leader-changed": { leader: isNumberOrNull },
  "recovery-mode": { active: (value) => typeof value === "boolean" },
  "recovery-started": { reason: isText, generation: isNumber },
  "recovery-finished": { ...RECOVERY_END, steps: listOf({ step: isText, duration_ms: isNumber }) },
  "recovery-failed": { ...RECOVERY_END, failure: isText },
  "flags-changed": { of: isNumber, before: isNumber, after: isNumber },
  "change-requested": { change: isText, from: isNumber, client: isNumber },
  "banned": { duration_s: isNumber, reason: isText },
  "ban-lifted": {},
  "takeover-finished": {
    moves: listOf({ address: isText, from: isNumberOrNull, to: isNumberOrNull }),
  },
  "takeover-failed": { failure: isText },
  "address-taken": { address: isText, interface: isText },
  "address-released": { address: isText, to: isNumberOrNull },
  "address-failed": { address: isText, failure: isText },
  "script-failed": SCRIPT_FAILURE,
  "script-timed-out": SCRIPT_FAILURE,
  "script-mended": { event: isText, script: isText },
  "lock-storm": { waiting: isNumber },
  "lock-storm-over": { duration_ms: isNumber },
  "nodes-reloaded": { nodes: isNumber },
  "tunable-set": { name: isText, value: isNumber },
  "operator-action": { who: isText, action: isText, result: isText },
  "admin-trouble": { failure: isText },
};
const CHECKS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map(Object.entries(KINDS));

/**
 * An event that another node tells; undefined for one of an unknown kind, or without what its kind
 * carries. What a later version says beyond that is left out.
 */
export function readToldEvent(value: unknown): ToldEvent | undefined {
  if (!isRecord(value) || !isNumber(value.time_ms) || !isRecord(value.happening)) return undefined;
  const { time_ms, happening } = value;
  const fields = CHECKS.get(String(happening.kind));
  if (fields === undefined || !isOf(fields, happening)) return undefined;
  const known = Object.keys(fields).filter((name) => Object.hasOwn(happening, name));
  const carried = Object.fromEntries(known.map((name) => [name, happening[name]]));
  // Its kind is known and each field was judged.
  return { time_ms, happening: { kind: happening.kind, ...carried } as Happening };
}

function isOf(fields: Readonly<Record<string, Check>>, value: unknown): boolean {
  return isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
}

function listOf(fields: Readonly<Record<string, Check>>): Check {
  return (value) => Array.isArray(value) && value.every((one) => isOf(fields, one));
}

function orMissing(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** Whether a value is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= 8192;
}

/** Whether a value is a text that may be kept of every node. */
export function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 256;
}

/** Whether a value is a number that can be counted with. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || isNumber(value);
}
