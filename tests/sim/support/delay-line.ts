import type { Clock, Timer } from "../../../lib/base/mod.ts";

/** How long TCP takes to try again once a cut path works again. */
const RETRANSMIT_MS = 50;

/** What is on the line. */
interface Waiting {
  readonly at_ms: number;
  readonly arrive: () => void;
  readonly urgent: boolean;
}

/**
 * One direction between two ends: what is pushed comes out later, in order. While the line is cut
 * everything on it waits, as in TCP.
 */
export class DelayLine {
  readonly #time: Clock;
  readonly #latency_ms: () => number;
  readonly #queue: Waiting[] = [];
  #last_ms = 0;
  #lastUrgent_ms = 0;
  #cut = false;
  #timer: Timer | undefined;

  constructor(time: Clock, latency_ms: () => number) {
    this.#time = time;
    this.#latency_ms = latency_ms;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  push(arrive: () => void): void {
    const at_ms = Math.max(this.#last_ms, this.#time.now() + this.#latency_ms());
    this.#last_ms = at_ms;
    this.#queue.push({ at_ms, arrive, urgent: false });
    if (this.#timer === undefined && !this.#cut) this.#arm(0);
  }

  /** As {@link push}, but that it comes out before what is there and was not urgent. */
  pushUrgent(arrive: () => void): void {
    const at_ms = Math.max(this.#lastUrgent_ms, this.#time.now() + this.#latency_ms());
    this.#lastUrgent_ms = at_ms;
    let at = 0;
    while (at < this.#queue.length && (this.#queue[at]!.urgent || this.#queue[at]!.at_ms < at_ms)) {
      at++;
    }
    // What has been cut off waits, and is passed however long ago it was sent.
    if (this.#cut) at = this.#queue.findLastIndex(({ urgent }) => urgent) + 1;
    this.#queue.splice(at, 0, { at_ms, arrive, urgent: true });
    if (at > 0 || this.#cut) return;
    this.#timer?.cancel();
    this.#arm(0);
  }

  cut(): void {
    this.#cut = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  heal(): void {
    if (!this.#cut) return;
    this.#cut = false;
    if (this.#queue.length > 0) this.#arm(RETRANSMIT_MS);
  }

  #arm(least_ms: number): void {
    const delay_ms = Math.max(least_ms, this.#queue[0]!.at_ms - this.#time.now());
    this.#timer = this.#time.setTimer(delay_ms, () => {
      this.#timer = undefined;
      const { arrive } = this.#queue.shift()!;
      if (this.#queue.length > 0) this.#arm(0);
      arrive();
    });
  }
}
