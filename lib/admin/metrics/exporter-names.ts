import type { AdminFacts } from "../facts/facts.ts";
import { INACTIVE_FLAGS, NodeFlag } from "../../wire/mod.ts";
import { gauge, type MetricFamily } from "./exposition.ts";

/** Flags by the names of the Go `ctdb_exporter`, whose dashboards know no others. */
const STATES = {
  banned: NodeFlag.BANNED,
  disconnected: NodeFlag.DISCONNECTED,
  inactive: INACTIVE_FLAGS | NodeFlag.DISCONNECTED,
  stopped: NodeFlag.STOPPED,
  unhealthy: NodeFlag.UNHEALTHY,
} as const;

/** The metrics of `ctdb_exporter` (`contracts.md` C4) but for `ctdb_up`: states from the leader only. */
export async function exporterFamilies(facts: AdminFacts): Promise<MetricFamily[]> {
  const { pnn, leader, nodes, statistics } = await facts.nodeFacts();
  const clients = gauge("ctdb_num_clients", "Connected clients.", [
    { labels: { id: pnn }, value: statistics.numClients },
  ]);
  if (leader !== pnn) return [clients];
  const present = nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const partially = new Set(await facts.partiallyOnline());
  const state = (name: string, is: (node: typeof present[number]) => boolean) =>
    gauge(
      `ctdb_${name}`,
      `Whether a node is ${name.replaceAll("_", " ")}.`,
      present.map((node) => ({
        labels: { id: node.pnn, ip: node.address.address },
        value: is(node) ? 1 : 0,
      })),
    );
  return [
    clients,
    ...Object.entries(STATES).map(([name, flag]) =>
      state(name, ({ flags }) => (flags & flag) !== 0)
    ),
    state("partially_online", (node) => partially.has(node.pnn)),
  ];
}
