/**
 * What tests share, ours and those of others who use the library: clusters of real daemons, and time
 * and chance that a test holds in its hands.
 *
 * @module
 */
export {
  Cluster,
  ClusterNode,
  type ClusterOptions,
  type DaemonKind,
  debian,
  debianAvailable,
  fromTree,
  installedUnder,
  ours,
  type ProgramResult,
} from "./cluster/cluster.ts";
export { IsolatedCluster } from "./cluster/isolated-cluster.ts";
export { WaitError, waitFor, type WaitOptions } from "./process/wait.ts";
export { SeededRandom } from "./seeded-random.ts";
export { givenSeed, testSeed } from "./test-seed.ts";
export { VirtualClock } from "./virtual-clock.ts";
