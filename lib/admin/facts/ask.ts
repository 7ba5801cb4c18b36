import { type ClusterClient, isNoAnswer } from "../../client/mod.ts";
import type { ControlReply, ControlRequest, LiveControlName } from "../../wire/mod.ts";
import { INVALID_GENERATION, NodeFlag, RecoveryMode, RunState } from "../../wire/mod.ts";

/** A node that needs longer for an answer is shown as silent. */
export const PATIENCE_MS = 2000;

/** The flags of nodes that cannot be asked. */
export const GONE: number = NodeFlag.DISCONNECTED | NodeFlag.DELETED;

/** Asks a node; fails when it does not answer. */
export function ask<N extends LiveControlName>(
  client: ClusterClient,
  pnn: number,
  name: N,
  request: ControlRequest<N>,
  flags?: number,
): Promise<ControlReply<N>> {
  const more = flags === undefined ? {} : { flags };
  return client.control(pnn, name, request, { timeout_ms: PATIENCE_MS, ...more });
}

/** As {@link ask}; undefined when the node refuses or is silent. */
export async function askMaybe<N extends LiveControlName>(
  client: ClusterClient,
  pnn: number,
  name: N,
  request: ControlRequest<N>,
): Promise<ControlReply<N> | undefined> {
  try {
    return await ask(client, pnn, name, request);
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
}

/** As documents show a generation: null before the first recovery. */
export function generationOrNull(generation: number): number | null {
  return generation === INVALID_GENERATION ? null : generation;
}

const RUN_STATES = Object.entries(RunState) as readonly [string, number][];

/** `running`, `first_recovery` and so on. */
export function runStateText(runState: number): string {
  return RUN_STATES.find(([, value]) => value === runState)?.[0].toLowerCase() ?? "unknown";
}

/** `normal` or `recovery`. */
export function recoveryModeText(mode: number): string {
  return mode === RecoveryMode.NORMAL ? "normal" : "recovery";
}

/** Microseconds since the epoch as text; null for never. */
export function timeOrNull(time_us: bigint): string | null {
  return time_us === 0n ? null : new Date(Number(time_us / 1000n)).toISOString();
}

const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [NodeFlag.DISCONNECTED, "disconnected"],
  [NodeFlag.BANNED, "banned"],
  [NodeFlag.STOPPED, "stopped"],
  [NodeFlag.PERMANENTLY_DISABLED, "disabled"],
  [NodeFlag.UNHEALTHY, "unhealthy"],
  [NodeFlag.DELETED, "deleted"],
];

/** The names of the flags that are set, the most serious first. */
export function flagNames(flags: number): string[] {
  return FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}

/** The most serious flag, or `ok`. */
export function nodeStateText(flags: number): string {
  return flagNames(flags)[0] ?? "ok";
}
