/**
 * For tests of programs that use the library: a daemon that answers from a described state, at once
 * and the same way each time, so that no cluster is needed; whole clusters of real daemons on this
 * machine; and time that a test holds in its hands. A test needs `--allow-read` and `--allow-write`
 * for the directory of the daemon's socket; one with a cluster runs with `-A`.
 *
 * @example
 * ```ts
 * import { connect } from "ctdb-deno";
 * import { FakeDaemon, healthyState } from "ctdb-deno/testing";
 *
 * const directory = await Deno.makeTempDir();
 * await using daemon = await FakeDaemon.start(directory, healthyState());
 * await using cluster = await connect({ socket: daemon.socket });
 * console.log(await cluster.nodes());
 * ```
 *
 * @example
 * ```ts
 * import { connect } from "ctdb-deno";
 * import { ours, TestCluster } from "ctdb-deno/testing";
 *
 * await using live = await TestCluster.start({ nodes: [ours, ours, ours] });
 * await live.node(2).kill();
 * await live.untilHealthy();
 * await using cluster = await connect({ socket: live.node(0).socket });
 * console.log(await cluster.nodes());
 * ```
 *
 * @module
 */
export { FakeDaemon } from "./testing/fake-daemon/fake-daemon.ts";
export {
  type FakeDatabase,
  type FakeNode,
  type FakeRecord,
  type FakeState,
  type Fault,
  healthyState,
  withFault,
  withFlags,
} from "./testing/fake-daemon/fake-state.ts";
export {
  Cluster as TestCluster,
  ClusterNode as TestNode,
  type ClusterOptions,
  type DaemonKind,
  debian,
  debianAvailable,
  fromTree,
  installedUnder,
  type NodeFiles,
  ours,
  type ProgramResult,
} from "./testing/cluster/cluster.ts";
export { VirtualClock } from "./testing/virtual-clock.ts";
export type { Clock, Timer } from "./lib/base/mod.ts";
export type { ControlName, Interface, LiveControlName, Uptime, VnnMap } from "./lib/wire/mod.ts";
