import {
  Capability,
  INACTIVE_FLAGS,
  INVALID_GENERATION,
  type NodeEntry,
  NodeFlag,
  RunState,
} from "../../wire/mod.ts";
import type { ClusterFacts, NodeFacts } from "../facts.ts";
import {
  type Check,
  type Finding,
  finding,
  NO_DAEMON,
  nodesText,
  type Severity,
} from "../finding.ts";

/** Flags that somebody or something has set on a node; disconnected ones are another check's. */
const STATES: readonly (readonly [
  flag: number,
  severity: Severity,
  state: string,
  advice: string,
])[] = [
  [
    NodeFlag.BANNED,
    "error",
    "banned: it made recoveries fail or lost its lock",
    "`ctdb doctor` on node NODE may see the reason, its log has it; it comes back by itself, or now with `ctdb unban -n NODE`.",
  ],
  [
    NodeFlag.UNHEALTHY,
    "error",
    "unhealthy: an event script fails there",
    "Run `ctdb doctor` or `ctdb scriptstatus` on node NODE to see which one.",
  ],
  [
    NodeFlag.STOPPED,
    "warning",
    "stopped by an administrator",
    "Take it back in with `ctdb continue -n NODE`.",
  ],
  [
    NodeFlag.PERMANENTLY_DISABLED,
    "warning",
    "disabled by an administrator: it hosts no addresses",
    "Let it host addresses again with `ctdb enable -n NODE`.",
  ],
];

const RUN_STATES = Object.entries(RunState);

/** What state the nodes and the cluster as a whole are in. */
export const nodeStatesCheck: Check = {
  name: "node states",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    return [
      ...ofNodes(cluster),
      ...ofRunStates(cluster),
      ...missingRoles(cluster),
      ...ofCluster(cluster),
    ];
  },
};

function ofNodes({ nodes, peers, pnn: own }: ClusterFacts): Finding[] {
  // Until it has started no script has looked at it: that is what is to be said of it.
  const starts = (pnn: number) => {
    const runState = peers.get(pnn)?.runState;
    return runState !== undefined && runState !== RunState.RUNNING;
  };
  // What a node was before it went is of no interest.
  const present = nodes.filter(({ flags }) =>
    (flags & (NodeFlag.DELETED | NodeFlag.DISCONNECTED)) === 0
  );
  return STATES.flatMap(([flag, severity, state, advice]) => {
    const pnns = present.filter((node: NodeEntry) => (node.flags & flag) !== 0)
      .map(({ pnn }) => pnn)
      .filter((pnn) => flag !== NodeFlag.UNHEALTHY || !starts(pnn));
    if (pnns.length === 0) return [];
    const verb = pnns.length === 1 ? "is" : "are";
    const title = `${capital(nodesText(pnns))} ${verb} ${state}`;
    // The other nodes need somebody to go there, this one does not.
    const other = pnns.find((pnn) => pnn !== own);
    const advised = other === undefined && flag === NodeFlag.UNHEALTHY
      ? "Run `ctdb scriptstatus` to see which one."
      : advice.replace("NODE", String(other ?? own));
    return [finding(severity, title, [], advised)];
  });
}

function ofRunStates({ peers }: ClusterFacts): Finding[] {
  return [...peers.values()].filter(({ runState }) => runState !== RunState.RUNNING)
    .map(({ pnn, runState }) => {
      if (runState === RunState.SHUTDOWN) {
        const advice = "Start its daemon again when it is to come back.";
        return finding("warning", `Node ${pnn} shuts down`, [], advice);
      }
      const name = RUN_STATES.find(([, value]) => value === runState)?.[0] ?? String(runState);
      return finding(
        "warning",
        `Node ${pnn} has not finished to start: ${name}`,
        [],
        "Before FIRST_RECOVERY ends it needs a leader; in STARTUP its startup scripts run again and " +
          "again until they succeed.",
      );
    });
}

/** What is looked at for {@link missingRoles}. */
interface Roles {
  readonly nodes: readonly NodeEntry[];
  readonly peers: ReadonlyMap<number, Pick<NodeFacts, "capabilities">>;
}

/** What no active node may do, though one must. */
export function missingRoles({ nodes, peers }: Roles): Finding[] {
  const active = nodes.filter(({ flags }) => (flags & INACTIVE_FLAGS) === 0)
    .flatMap(({ pnn }) => peers.get(pnn) ?? []);
  const nobodyHas = (capability: number) =>
    active.length > 0 && active.every(({ capabilities }) => (capabilities & capability) === 0);
  const found: Finding[] = [];
  if (nobodyHas(Capability.RECMASTER)) {
    found.push(finding(
      "error",
      "No active node may lead: there are no recoveries and no moves of addresses",
      [],
      "Give the role back with `ctdb setleaderrole on -n NODE`, or `[cluster] leader capability`.",
    ));
  }
  if (nobodyHas(Capability.LMASTER)) {
    found.push(finding(
      "warning",
      "No active node has the lmaster role: the leader has it for all records",
      [],
      "Give it back with `ctdb setlmasterrole on -n NODE`, or `[legacy] lmaster capability`.",
    ));
  }
  return found;
}

function ofCluster({ leader, recovering, vnnMap, nodes }: ClusterFacts): Finding[] {
  const found: Finding[] = [];
  if (leader === undefined) {
    found.push(finding(
      "error",
      "Nobody leads the cluster",
      [],
      "Nodes that may lead (`[cluster] leader capability`) must get the cluster lock: see what the " +
        "log says of it.",
    ));
  } else if (!nodes.some(({ pnn }) => pnn === leader)) {
    found.push(
      finding("error", `The leader is no node of this cluster: ${leader}`, [], "See nodes file."),
    );
  }
  if (recovering) {
    found.push(finding(
      "warning",
      "A recovery is going on: databases are frozen meanwhile",
      [],
      "It takes seconds. If it stays so, the leader's log says what fails.",
    ));
  } else if (vnnMap.generation === INVALID_GENERATION) {
    found.push(finding(
      "error",
      "This node has never been recovered: its databases cannot be used",
      [],
      "It must be connected to the leader and neither stopped nor banned.",
    ));
  }
  return found;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
