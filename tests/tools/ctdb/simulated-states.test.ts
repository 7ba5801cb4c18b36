/** The captured runs on simulated clusters, repeated on a fake daemon with the same states. */
import assert from "node:assert/strict";
import { NodeFlag, RunState, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import {
  type FakeState,
  healthyState,
  richState,
  withFault,
  withFlags,
} from "../../../testing/fake-daemon/fake-state.ts";
import { ctdbVectors, repeatVector, vectorName } from "./support/vector-run.ts";

const CLUSTER = "simulated 3-node cluster (192.168.20.41-43)";
const CURRENT = `${CLUSTER}, pnn 0 current`;
const NODES = ["192.168.20.41", "192.168.20.42", "192.168.20.43"];

/** A state, and the nodes file of node 0 where it is not that of the three nodes. */
interface Scene {
  readonly state: FakeState;
  readonly nodes?: readonly string[] | null;
}

/** A cluster whose nodes files are about to be reloaded. */
function files(
  state: FakeState,
  nodes: readonly string[],
  other?: readonly string[] | null,
): Scene {
  for (const pnn of [0, 1, 2]) state.nodesFiles.set(pnn, nodes);
  if (other !== undefined) state.nodesFiles.set(1, other);
  return { state, nodes };
}

function starting(runState: number): Scene {
  return { state: { ...withFlags({ 0: NodeFlag.UNHEALTHY }), runState } };
}

const eth2Down = () => ({
  ...healthyState(),
  interfaces: [
    { name: "eth2", linkUp: false, references: 2 },
    { name: "eth1", linkUp: true, references: 4 },
  ],
});

const oneDatabase = (state: FakeState) => ({
  ...state,
  databases: [{ id: 0x7a19d84d, name: "locking.tdb", flags: 0, health: null, seqnum: 0n }],
});

const SCENES: Readonly<Record<string, () => Scene>> = {
  [`${CLUSTER}: node 0 healthy but eth2 down (so partially online), others same interfaces`]:
    () => ({
      state: eth2Down(),
    }),
  [`${CLUSTER}: node 1 flags 0x1, node 2 flags 0x2`]: () => ({ state: withFlags({ 1: 1, 2: 2 }) }),
  [`${CLUSTER}: node 1 deleted (flags 0x10)`]: () => ({
    state: withFlags({ 1: NodeFlag.DELETED }),
    nodes: [NODES[0]!, `#${NODES[1]}`, NODES[2]!],
  }),
  [`${CLUSTER}: nodes 0 banned 0x8, 1 stopped 0x20, 2 disabled 0x4`]: () => ({
    state: withFlags({ 0: 8, 1: 0x20, 2: 4 }),
  }),
  [`${CLUSTER}: all nodes banned`]: () => ({ state: withFlags({ 0: 8, 1: 8, 2: 8 }) }),
  [`${CLUSTER}: all flag bits but deleted on node 2 (0x2f)`]: () => ({
    state: withFlags({ 2: 0x2f }),
  }),
  [`${CLUSTER}: runstate FIRST_RECOVERY`]: () => starting(RunState.FIRST_RECOVERY),
  [`${CLUSTER}: runstate STARTUP`]: () => starting(RunState.STARTUP),
  [`${CLUSTER}: no leader`]: () => ({ state: { ...healthyState(), leader: UNKNOWN_PNN } }),
  [`${CLUSTER}: vnnmap generation 654321 size 2 (nodes 0,2); IPv6 and unassigned public IPs; reclock set; unhealthy database`]:
    () => ({ state: richState() }),
  [`${CLUSTER}: no recovery lock configured, no public IPs`]: () => ({
    state: { ...healthyState(), clusterLock: null },
  }),
  [`${CLUSTER}: nodes files identical and unchanged`]: () => files(healthyState(), NODES),
  [`${CLUSTER}: one node added to nodes files`]: () =>
    files(healthyState(), [...NODES, "192.168.20.44"]),
  [`${CLUSTER}: node 2 commented out, still connected`]: () =>
    files(healthyState(), [NODES[0]!, NODES[1]!, `#${NODES[2]}`]),
  [`${CLUSTER}: node 2 commented out, disconnected`]: () =>
    files(withFlags({ 2: 1 }), [NODES[0]!, NODES[1]!, `#${NODES[2]}`]),
  [`${CLUSTER}: node 1 deleted in map, uncommented in file`]: () => files(deletedNode1(), NODES),
  [`${CLUSTER}: address of node 1 changed in file`]: () =>
    files(healthyState(), [NODES[0]!, "192.168.20.52", NODES[2]!]),
  [`${CLUSTER}: last node removed from the file`]: () => files(healthyState(), NODES.slice(0, 2)),
  [`${CLUSTER}: two nodes removed and one changed`]: () => files(healthyState(), ["192.168.20.99"]),
  [`${CLUSTER}: nodes file on node 1 differs`]: () =>
    files(healthyState(), NODES, [...NODES, "192.168.20.44"]),
  [`${CLUSTER}: nodes file on node 1 unreadable/empty`]: () => files(healthyState(), NODES, null),
  [`${CLUSTER}: node 1 disconnected and a node added`]: () =>
    files(withFlags({ 1: 1 }), [...NODES, "192.168.20.44"]),
  [`${CLUSTER}: no local nodes file`]: () => ({ state: healthyState(), nodes: null }),
  [`${CLUSTER}: healthy`]: () => ({ state: healthyState() }),
  [`${CURRENT}: GET_PID control never answered on node 0`]: () => ({
    state: withFault("GET_PID", 0, "silent"),
  }),
  [`${CURRENT}: GET_NODEMAP control fails on node 0`]: () => ({
    state: withFault("GET_NODEMAP", 0),
  }),
  [`${CURRENT}: GET_NODEMAP control never answered on node 0`]: () => ({
    state: withFault("GET_NODEMAP", 0, "silent"),
  }),
  [`${CURRENT}: GET_RUNSTATE control fails on node 0`]: () => ({
    state: withFault("GET_RUNSTATE", 0),
  }),
  [`${CURRENT}: GETVNNMAP control fails on node 0`]: () => ({ state: withFault("GETVNNMAP", 0) }),
  [`${CURRENT}: GET_RECMODE fails`]: () => ({ state: withFault("GET_RECMODE") }),
  [`${CURRENT}: LIST_TUNABLES fails`]: () => ({ state: withFault("LIST_TUNABLES") }),
  [`${CURRENT}: GET_DBMAP fails`]: () => ({ state: withFault("GET_DBMAP") }),
  [`${CURRENT}: GET_PUBLIC_IPS fails`]: () => ({ state: withFault("GET_PUBLIC_IPS") }),
  [`${CURRENT}: GET_IFACES fails`]: () => ({ state: withFault("GET_IFACES", 0) }),
  [`${CURRENT}: STOP_NODE fails on node 1`]: () => ({ state: withFault("STOP_NODE", 1) }),
  [`${CURRENT}: CONTINUE_NODE fails on node 1`]: () => ({
    state: { ...withFault("CONTINUE_NODE", 1), nodes: withFlags({ 1: NodeFlag.STOPPED }).nodes },
  }),
  [`${CURRENT}: DISABLE_NODE fails on node 1`]: () => ({ state: withFault("DISABLE_NODE", 1) }),
  [`${CURRENT}: ENABLE_NODE fails on node 1`]: () => ({
    state: { ...withFault("ENABLE_NODE", 1), nodes: withFlags({ 1: 4 }).nodes },
  }),
  [`${CURRENT}: SET_BAN_STATE fails on node 1`]: () => ({ state: withFault("SET_BAN_STATE", 1) }),
  [`${CURRENT}: SET_BAN_STATE fails on node 1, node 1 banned`]: () => ({
    state: { ...withFault("SET_BAN_STATE", 1), nodes: withFlags({ 1: NodeFlag.BANNED }).nodes },
  }),
  [`${CURRENT}: SHUTDOWN fails on node 1`]: () => ({ state: withFault("SHUTDOWN", 1) }),
  [`${CURRENT}: SET_RECMODE fails on node 0`]: () => ({ state: withFault("SET_RECMODE", 0) }),
  [`${CURRENT}: PING fails on node 0`]: () => ({ state: withFault("PING", 0) }),
  [`${CURRENT}: GET_DBNAME fails on node 0`]: () => ({
    state: oneDatabase(withFault("GET_DBNAME", 0)),
  }),
};

function deletedNode1(): FakeState {
  const state = withFlags({ 1: NodeFlag.DELETED });
  state.nodes[1]!.address = "0.0.0.0";
  return state;
}

Deno.test("ctdb on simulated clusters prints what the reference printed", async (t) => {
  const base = await Deno.makeTempDir({ prefix: "ctdb-states-" });
  const directory = `${base}/node.0`;
  const run = {
    places: { BASE: base, WORK: base, PREFIX: base },
    env: () => ({
      CTDB_TEST_MODE: "yes",
      CTDB_BASE: directory,
      CTDB_EVENT_HELPER: "/nonexistent/ctdb-event",
    }),
  };
  await using daemon = await FakeDaemon.start(directory, healthyState());
  let setup = "";
  for (const numbered of ctdbVectors("simulated-states")) {
    await t.step(vectorName(numbered), async () => {
      if (numbered.vector.setup !== setup) {
        setup = numbered.vector.setup;
        await arrange(daemon, directory, setup);
      }
      await repeatVector(numbered, run);
    });
  }
  await Deno.remove(base, { recursive: true });
});

/** Puts the daemon and the nodes file into the state that a text describes. */
async function arrange(daemon: FakeDaemon, directory: string, setup: string): Promise<void> {
  const scene = SCENES[setup];
  assert.ok(scene !== undefined, `no scene for: ${setup}`);
  const { state, nodes = NODES } = scene();
  daemon.state = state;
  const path = `${directory}/nodes`;
  if (nodes === null) await Deno.remove(path).catch(() => {});
  else await Deno.writeTextFile(path, nodes.map((line) => `${line}\n`).join(""));
}
