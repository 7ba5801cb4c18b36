/**
 * For tests of programs that use the library: a daemon that answers from a described state, at once
 * and the same way each time, so that no cluster is needed; and time that a test holds in its hands.
 * A test needs `--allow-read` and `--allow-write` for the directory of the daemon's socket.
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
export { VirtualClock } from "./testing/virtual-clock.ts";
export type { Clock, Timer } from "./lib/base/mod.ts";
export type { ControlName, Interface, LiveControlName, Uptime } from "./lib/wire/mod.ts";
