import type { KnownEvents, PeriodSum } from "./known-events.ts";

/** After a question about a difference, until the same one is asked about again; then twice as long. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 64 * FIRST_WAIT_MS;

/** A period of which another node knows something else than this one. */
interface Difference {
  readonly theirs: number;
  readonly ours: number;
  wait_ms: number;
  due_ms: number;
}

/**
 * What other nodes know differently. A difference that stays after it was asked about may be one that
 * no question mends, such as an event of a later version: it is asked about less and less often.
 */
export class Differences {
  readonly #known: KnownEvents;
  readonly #peers = new Map<number, ReadonlyMap<number, Difference>>();

  constructor(known: KnownEvents) {
    this.#known = known;
  }

  /** The periods that `peer` is to be asked about now; each counts as asked about. */
  toAsk(peer: number, digest: readonly PeriodSum[], now_ms: number): readonly number[] {
    const before = this.#peers.get(peer);
    const differences = new Map<number, Difference>();
    for (const [period, theirs] of digest) {
      const ours = this.#known.sumOf(period);
      if (ours === undefined || ours === theirs) continue;
      const same = before?.get(period);
      const stays = same?.theirs === theirs && same.ours === ours;
      differences.set(period, stays ? same : { theirs, ours, wait_ms: FIRST_WAIT_MS, due_ms: 0 });
    }
    this.#peers.set(peer, differences);
    // A clock may be set back.
    const due = [...differences].filter(([, { due_ms }]) =>
      due_ms <= now_ms || due_ms > now_ms + LONGEST_WAIT_MS
    );
    for (const [, difference] of due) {
      difference.due_ms = now_ms + difference.wait_ms;
      difference.wait_ms = Math.min(2 * difference.wait_ms, LONGEST_WAIT_MS);
    }
    return due.map(([period]) => period);
  }
}
