import { flagsText } from "../../../../lib/wire/mod.ts";
import { bytesJson } from "../../printing/record-text.ts";
import type { LockFigures, NodeRow, TopModel } from "../../../../lib/survey/mod.ts";
import { sortDatabases, type SortOrder } from "./view.ts";

/** The picture as `--json` prints it (docs/json.md). */
export function topJson(model: TopModel, sort: SortOrder): unknown {
  return {
    pnn: model.asked,
    leader: model.leader ?? null,
    recovering: model.recovering,
    generation: model.generation ?? null,
    node: model.node ?? null,
    nodes: model.nodes.map(nodeJson),
    databases: sortDatabases(model.databases, sort).map((row) => ({
      id: `0x${row.id.toString(16).padStart(8, "0")}`,
      name: row.name,
      calls_per_s: row.calls_per_s,
      locks: lockJson(row),
    })),
    hot_keys: model.hotKeys.map(({ database, key, pnn, count }) => ({
      database,
      node: pnn,
      peak_per_s: count,
      ...bytesJson("key", key),
    })),
    addresses: model.addresses.map(({ address, pnn }) => ({ address, node: pnn ?? null })),
  };
}

function nodeJson({ pnn, address, flags, figures }: NodeRow): unknown {
  return {
    pnn,
    address,
    state: flagsText(flags),
    figures: figures === undefined ? null : {
      clients: figures.clients,
      calls_per_s: figures.calls_per_s,
      migrations_per_s: figures.migrations_per_s,
      pending_calls: figures.pendingCalls,
      recoveries: figures.recoveries,
      locks: lockJson(figures),
    },
  };
}

function lockJson(figures: LockFigures): unknown {
  return {
    locks_per_s: figures.locks_per_s,
    wait_s: figures.lockWait_ms === undefined ? null : figures.lockWait_ms / 1000,
    max_s: figures.lockMax_ms / 1000,
    pending: figures.lockPending,
  };
}
