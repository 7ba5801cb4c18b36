import type { Clock, Logger } from "../base/mod.ts";
import {
  BROADCAST_CONNECTED,
  daemonSrvid,
  decode,
  encode,
  i32,
  RunState,
  Srvid,
  srvidMessage,
} from "../wire/mod.ts";
import type { LocalClient } from "./local-client.ts";
import type { NodeEvents } from "./node-events.ts";
import type { NodeState } from "./node-state.ts";

/** What a shutdown acts on. */
export interface ShutdownPorts {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly client: LocalClient;
  readonly events: NodeEvents;
  readonly failoverTimeout_s: number;
  readonly extraTimeout_s: number;
  /** Elections, recoveries and the cluster lock end. */
  readonly stopLeading: () => void;
  /** Timers and monitoring end; the transport stays for the shutdown event. */
  readonly stopWork: () => void;
  /** Sockets close, children end. */
  readonly close: () => void;
  readonly exit: (status: number) => void;
}

/** The shutdown sequence (`cluster.md` 1.9). */
export class Shutdown {
  readonly #ports: ShutdownPorts;

  constructor(ports: ShutdownPorts) {
    this.#ports = ports;
  }

  /** Starts the sequence; once it runs, further calls do nothing. */
  async run(exitStatus: number, reason: string): Promise<void> {
    const { state, log, events } = this.#ports;
    const before = state.runstate;
    if (before === RunState.SHUTDOWN) {
      log.notice(`Already shutting down: ${reason}`);
      return;
    }
    log.happened({ kind: "daemon-stopping", reason });
    log.error(`Shutdown sequence begins: ${reason}`);
    state.runstate = RunState.SHUTDOWN;
    if (before === RunState.RUNNING) await this.#failover();
    this.#ports.stopLeading();
    this.#ports.stopWork();
    if (before > RunState.INIT) await events.run("shutdown");
    log.error(`Shutdown sequence complete: exit status ${exitStatus}`);
    this.#ports.close();
    this.#ports.exit(exitStatus);
  }

  /** Lets the leader take all addresses away while this node still serves everything. */
  async #failover(): Promise<void> {
    const { failoverTimeout_s, extraTimeout_s, log } = this.#ports;
    if (failoverTimeout_s === 0) return;
    const result = await this.#askForTakeoverRun(failoverTimeout_s);
    if (result === undefined) {
      log.warning(`Failover on shutdown: no answer from a leader in ${failoverTimeout_s} s`);
      return;
    }
    if (result < 0) log.warning(`Failover on shutdown: the takeover run failed: ${result}`);
    if (extraTimeout_s > 0) await this.#sleep(extraTimeout_s * 1000);
  }

  #askForTakeoverRun(timeout_s: number): Promise<number | undefined> {
    const { client, state, clock } = this.#ports;
    const srvid = daemonSrvid(state.pnn, 0);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const unregister = client.register(srvid, (data) => resolve(decode(i32, data)));
    const timer = clock.setTimer(timeout_s * 1000, () => resolve(undefined));
    const request = encode(srvidMessage, { pnn: state.pnn, srvid });
    client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request);
    return promise.finally(() => {
      timer.cancel();
      unregister();
    });
  }

  #sleep(delay_ms: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.clock.setTimer(delay_ms, resolve));
  }
}
