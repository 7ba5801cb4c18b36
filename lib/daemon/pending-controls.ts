import type { Clock, Timer } from "../base/mod.ts";
import type { ControlOutcome } from "../records/mod.ts";
import type { RequestIds } from "./request-ids.ts";

const NO_DATA = new Uint8Array(0);

/** A failure that the daemon itself answers with (`wire.md` 3.7). */
export function failedControl(error: string): ControlOutcome {
  return { status: -1, data: NO_DATA, error };
}

/** A control that was sent to another node and not answered yet. */
export class PendingControl {
  readonly pnn: number;
  readonly reqid: number;
  readonly #table: PendingControls;
  #onReply: ((outcome: ControlOutcome) => void) | undefined;
  timer: Timer | undefined;

  constructor(
    table: PendingControls,
    ids: RequestIds,
    pnn: number,
    onReply: (outcome: ControlOutcome) => void,
  ) {
    this.pnn = pnn;
    this.#table = table;
    this.#onReply = onReply;
    this.reqid = ids.allocate(this);
  }

  /** Hands the outcome over; whatever comes later is dropped. */
  finish(outcome: ControlOutcome): void {
    const onReply = this.#onReply;
    this.cancel();
    onReply?.(outcome);
  }

  /** Nobody waits any more. */
  cancel(): void {
    this.#onReply = undefined;
    this.timer?.cancel();
    this.#table.forget(this);
  }
}

/** All controls that wait for other nodes. */
export class PendingControls {
  readonly #ids: RequestIds;
  readonly #clock: Clock;
  readonly #pending = new Set<PendingControl>();
  readonly #onTimeout: (control: PendingControl) => void;

  constructor(ids: RequestIds, clock: Clock, onTimeout: (control: PendingControl) => void) {
    this.#ids = ids;
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @param timeout_ms 0 waits for ever */
  add(
    pnn: number,
    timeout_ms: number,
    onReply: (outcome: ControlOutcome) => void,
  ): PendingControl {
    const control = new PendingControl(this, this.#ids, pnn, onReply);
    this.#pending.add(control);
    if (timeout_ms > 0) {
      control.timer = this.#clock.setTimer(timeout_ms, () => {
        this.#onTimeout(control);
        control.finish(failedControl("ctdb_control timed out"));
      });
    }
    return control;
  }

  /** The control that a reply with this id answers, unless it came too late. */
  find(reqid: number): PendingControl | undefined {
    const owner = this.#ids.lookup(reqid);
    return owner instanceof PendingControl ? owner : undefined;
  }

  /** A node died: whoever waits for it is told. */
  nodeGone(pnn: number): void {
    for (const control of [...this.#pending]) {
      if (control.pnn === pnn) control.finish(failedControl("node is disconnected"));
    }
  }

  forget(control: PendingControl): void {
    this.#pending.delete(control);
    this.#ids.release(control.reqid);
  }
}
