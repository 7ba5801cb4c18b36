import { Errno, type Logger, type Procedure, wait } from "../base/mod.ts";
import {
  type DaemonEvent,
  type EventDone,
  type EventRequest,
  isForgiven,
  refusalOf,
} from "../events/mod.ts";
import { RecoveryMode } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";

/** What events are run with. */
interface Ports {
  readonly state: NodeState;
  readonly log: Logger;
  readonly events: { start(request: EventRequest, done: EventDone): void };
}

/** The status of an event that may not run now. */
export const EVENT_REFUSED = -1;

/** The node's own events with the daemon's rules on top (`cluster.md` 1.7). */
export class NodeEvents {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Runs an event. `done` gets 0, EVENT_REFUSED or a positive error number, exactly once. */
  start(event: DaemonEvent, args: readonly string[], done: (status: number) => void): void {
    const { state, log, events } = this.#ports;
    const refusal = refusalOf(event, args, state.recoveryMode === RecoveryMode.ACTIVE);
    if (refusal !== undefined) {
      log.error(`Run event: ${refusal}`);
      return done(EVENT_REFUSED);
    }
    const timeout_s = state.tunable("EventScriptTimeout");
    // The daemon's own monitor events leave those of others the time to end.
    const patient = event === "monitor";
    events.start({ event, args: args.join(" "), timeout_s, patient }, (result) => {
      if (isForgiven(event, result)) {
        log.error(`Event ${event} timed out: ignoring the hung script`);
        return done(0);
      }
      if (result === Errno.ECANCELED) log.info(`Event ${event} gave way to another event`);
      else if (result !== 0) log.error(`Event ${event} failed: ${result}`);
      done(result);
    });
  }

  /** The same for a procedure. */
  run(event: DaemonEvent, args: readonly string[] = []): Procedure<number> {
    return wait((done) => this.start(event, args, done));
  }
}
