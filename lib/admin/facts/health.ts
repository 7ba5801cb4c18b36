import type { AdminDoor } from "../../survey/mod.ts";
import { INACTIVE_FLAGS, NodeFlag, RecoveryMode, RunState } from "../../wire/mod.ts";
import { generationOrNull, nodeStateText, runStateText } from "./ask.ts";
import { type NodeDocument, ownFlags } from "./node.ts";

/** One thing that a health check looked at. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Worth a line, and no reason to send anybody elsewhere. */
  readonly aside?: boolean;
}

/** What `/readyz` looks at: whether this node serves its clients, and the cluster its node. */
export function readyChecks(facts: NodeDocument): HealthCheck[] {
  const flags = ownFlags(facts);
  const generation = generationOrNull(facts.vnnMap.generation);
  return [
    {
      name: "started",
      ok: facts.runState === RunState.RUNNING,
      detail: `run state ${runStateText(facts.runState)}`,
    },
    {
      name: "joined",
      ok: generation !== null,
      detail: generation === null ? absence(flags) : `generation ${generation}`,
    },
    {
      name: "leader",
      ok: facts.leader !== undefined,
      detail: facts.leader === undefined ? "nobody leads" : `node ${facts.leader} leads`,
    },
    {
      name: "recovery",
      ok: facts.recoveryMode === RecoveryMode.NORMAL,
      detail: facts.recoveryMode === RecoveryMode.NORMAL ? "normal" : "in recovery",
    },
    {
      name: "stopped",
      ok: (flags & NodeFlag.STOPPED) === 0,
      detail: (flags & NodeFlag.STOPPED) === 0 ? "not stopped" : "stopped",
    },
    {
      name: "banned",
      ok: (flags & NodeFlag.BANNED) === 0,
      detail: (flags & NodeFlag.BANNED) === 0 ? "not banned" : `banned for ${facts.ban_s} s`,
    },
  ];
}

/** Why a node has no generation: one that leaves the cluster gives up the one that it had. */
function absence(flags: number): string {
  if ((flags & INACTIVE_FLAGS) === 0) return "no recovery has taken this node in yet";
  return "not part of the cluster while stopped or banned";
}

/** What is wrong with this API itself, which keeps no client of the node from anything. */
export function doorChecks(doors: readonly AdminDoor[]): HealthCheck[] {
  return doors.flatMap(({ at, failure }) =>
    failure === null
      ? []
      : [{ name: "admin API", ok: false, aside: true, detail: `${at} is shut: ${failure}` }]
  );
}

/** What `/healthy` looks at: ready, and without any flag. */
export function healthyChecks(facts: NodeDocument): HealthCheck[] {
  const flags = ownFlags(facts);
  const more = flags & ~INACTIVE_FLAGS;
  return [
    ...readyChecks(facts),
    { name: "flags", ok: more === 0, detail: more === 0 ? "ok" : nodeStateText(more) },
  ];
}

/** What `/leader` looks at. */
export function leaderChecks({ leader, pnn }: NodeDocument): HealthCheck[] {
  const detail = leader === undefined ? "nobody leads" : `node ${leader} leads`;
  return [{ name: "leader", ok: leader === pnn, detail }];
}
