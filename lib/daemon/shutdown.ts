import {
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  run,
  sleep,
  type Timer,
  wait,
} from "../base/mod.ts";
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
interface Ports {
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
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Starts the sequence; once it runs, further calls do nothing. */
  begin(exitStatus: number, reason: string): void {
    const { state, log } = this.#ports;
    const before = state.runstate;
    if (before === RunState.SHUTDOWN) return log.notice(`Already shutting down: ${reason}`);
    log.happened({ kind: "daemon-stopping", reason });
    log.error(`Shutdown sequence begins: ${reason}`);
    state.advance(RunState.SHUTDOWN);
    run(this.#sequence(before), {
      done: () => this.#end(exitStatus),
      failed: (error) => {
        log.error(`Shutdown sequence: ${messageOf(error)}`);
        this.#end(exitStatus);
      },
    });
  }

  *#sequence(before: number): Procedure<void> {
    if (before === RunState.RUNNING) yield* this.#failover();
    this.#ports.stopLeading();
    this.#ports.stopWork();
    if (before > RunState.INIT) yield* this.#ports.events.run("shutdown");
  }

  #end(exitStatus: number): void {
    this.#ports.log.error(`Shutdown sequence complete: exit status ${exitStatus}`);
    this.#ports.close();
    this.#ports.exit(exitStatus);
  }

  /** Lets the leader take all addresses away while this node still serves everything. */
  *#failover(): Procedure<void> {
    const { failoverTimeout_s, extraTimeout_s, log } = this.#ports;
    if (failoverTimeout_s === 0) return;
    const result = yield* this.#askForTakeoverRun(failoverTimeout_s);
    if (result === undefined) {
      log.warning(`Failover on shutdown: no answer from a leader in ${failoverTimeout_s} s`);
      return;
    }
    if (result < 0) log.warning(`Failover on shutdown: the takeover run failed: ${result}`);
    if (extraTimeout_s > 0) yield* sleep(this.#ports.clock, extraTimeout_s * 1000);
  }

  #askForTakeoverRun(timeout_s: number): Procedure<number | undefined> {
    const { client, state, clock } = this.#ports;
    const srvid = daemonSrvid(state.pnn, 0);
    return wait((done) => {
      const stop = () => {
        timer.cancel();
        unregister();
      };
      const end = (result: number | undefined) => {
        stop();
        done(result);
      };
      const unregister = client.subscribe(srvid, (data) => end(decode(i32, data)));
      const timer: Timer = clock.setTimer(timeout_s * 1000, () => end(undefined));
      const request = encode(srvidMessage, { pnn: state.pnn, srvid });
      client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request);
      return stop;
    });
  }
}
