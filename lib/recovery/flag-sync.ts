import { all, type Logger, type Procedure } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { LocalNode } from "../membership/mod.ts";
import { type NodeEntry, NodeFlag } from "../wire/mod.ts";

/** What flag changes are sent with. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly log: Logger;
}

/** Everybody connected takes `flags` over as those of node `pnn` (`cluster.md` 5.2). */
export function* pushFlags(ports: Ports, pnn: number, flags: number): Procedure<void> {
  const { local, client, log } = ports;
  log.notice(`Pushing flags 0x${flags.toString(16)} of node ${pnn}`);
  const timeout_ms = local.tunable("RecoverTimeout") * 1000;
  const change = { pnn, newFlags: flags, oldFlags: local.nodes.flags(pnn) };
  yield* all(
    local.nodes.connected().map((node) =>
      client.control(node, "MODIFY_FLAGS", change, { timeout_ms })
    ),
  );
}

/**
 * Compares what every connected node says about itself and about the others with the own node map,
 * and pushes where they differ: the leader's loop, step (a) of `cluster.md` 5.2.
 *
 * @param maps node maps by the pnn that sent them
 */
export function* syncFlags(
  ports: Ports,
  maps: ReadonlyMap<number, readonly NodeEntry[]>,
): Procedure<void> {
  const { nodes } = ports.local;
  for (const pnn of nodes.connected()) {
    const remote = flagsIn(maps.get(pnn), pnn);
    if (remote !== undefined && pnn !== nodes.pnn && remote !== nodes.flags(pnn)) {
      yield* pushFlags(ports, pnn, remote & ~NodeFlag.DISCONNECTED);
      continue;
    }
    const differs = [...maps].some(([from, map]) =>
      from !== nodes.pnn && from !== pnn && flagsIn(map, pnn) !== nodes.flags(pnn)
    );
    if (differs) yield* pushFlags(ports, pnn, nodes.flags(pnn));
  }
}

/** Before a recovery everybody gets the leader's view of every connected node. */
export function* pushAllFlags(ports: Ports): Procedure<void> {
  const { nodes } = ports.local;
  for (const pnn of nodes.connected()) yield* pushFlags(ports, pnn, nodes.flags(pnn));
}

function flagsIn(map: readonly NodeEntry[] | undefined, pnn: number): number | undefined {
  return map?.find((node) => node.pnn === pnn)?.flags;
}
