import {
  MAX_COMPARED_PERIODS,
  MAX_KEPT_EVENTS,
  MAX_REMEMBERED_EVENTS,
  MAX_TOLD_EVENT_BYTES,
} from "../../limits/mod.ts";
import { hashKey } from "../../wire/mod.ts";
import type { ToldEvent } from "./told-event.ts";

/** An event, and the node that it happened to. */
export interface KnownEvent extends ToldEvent {
  readonly node: number;
}

/** A period, and the sum of the hashes of what happened in it: the same for the same events. */
export type PeriodSum = readonly [period: number, sum: number];

/** What nodes compare at a time. Part of the protocol: all nodes of ours count periods of the same length. */
const PERIOD_MS = 120_000;
/** Hashes and their sums are below this; thirteen digits in a message. */
const HASHES = 2 ** 40;

interface Period {
  readonly events: Map<number, KnownEvent>;
  readonly sum: number;
}

/**
 * What this node knows to have happened, in this life and before, to whichever node and whoever told
 * it: so that nothing is taken twice, and that nodes can compare what they know, a period at a time.
 */
export class KnownEvents {
  /** Of events that are in no period any more, too. */
  readonly #seen = new Set<number>();
  readonly #periods = new Map<number, Period>();
  #count = 0;
  /** What happened before it is not known whole. */
  #first = 0;

  /**
   * Returns whether the event was not yet known.
   *
   * @param compared whether nodes are to agree on it
   */
  add(event: KnownEvent, compared = true): boolean {
    const { hash, bytes } = identify(event);
    const number = periodOf(event.time_ms);
    if (this.#seen.has(hash) || this.#periods.get(number)?.events.has(hash)) return false;
    this.#seen.add(hash);
    if (this.#seen.size > MAX_REMEMBERED_EVENTS) {
      this.#seen.delete(this.#seen.values().next().value!);
    }
    // What cannot be told is not compared: nobody could ever have the same.
    const tellable = bytes <= MAX_TOLD_EVENT_BYTES && Number.isSafeInteger(number);
    if (!compared || !tellable || number < this.#first) return true;
    const { events, sum } = this.#periods.get(number) ?? { events: new Map(), sum: 0 };
    // At the end stands the period that was heard of last.
    this.#periods.delete(number);
    this.#periods.set(number, { events: events.set(hash, event), sum: (sum + hash) % HASHES });
    this.#count++;
    while (this.#count > MAX_KEPT_EVENTS) this.forgetUntil(Math.min(...this.#periods.keys()));
    return true;
  }

  /** Nothing of a period and of those before it is compared any more. */
  forgetUntil(last: number): void {
    this.#first = Math.max(this.#first, last + 1);
    for (const [number, { events }] of this.#periods) {
      if (number > last) continue;
      this.#periods.delete(number);
      this.#count -= events.size;
    }
  }

  /** The sums of the periods that this node has heard of last. */
  digest(): readonly PeriodSum[] {
    return [...this.#periods].slice(-MAX_COMPARED_PERIODS).map((
      [number, { sum }],
    ) => [number, sum]);
  }

  /** The sum of what is known of a period; undefined for one that is not known whole. */
  sumOf(period: number): number | undefined {
    return period < this.#first ? undefined : this.#periods.get(period)?.sum ?? 0;
  }

  /** The hashes of what is known of a period. */
  hashesOf(period: number): readonly number[] {
    return [...this.#periods.get(period)?.events.keys() ?? []];
  }

  /** What is known of a period beyond what has these hashes. */
  beyond(period: number, hashes: readonly number[]): readonly KnownEvent[] {
    const known = new Set(hashes);
    const events = this.#periods.get(period)?.events ?? [];
    return [...events].flatMap(([hash, event]) => known.has(hash) ? [] : [event]);
  }

  /** All that is known to have happened after a time. */
  after(time_ms: number): readonly KnownEvent[] {
    return [...this.#periods.values()].flatMap(({ events }) =>
      [...events.values()].filter((event) => event.time_ms > time_ms)
    );
  }
}

/** The period that a time falls in. */
export function periodOf(time_ms: number): number {
  return Math.floor(time_ms / PERIOD_MS);
}

/** The same for the same event, whoever told it and in whatever order its fields are. */
function identify({ node, time_ms, happening }: KnownEvent) {
  const fields = Object.entries(happening).filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1);
  const key = new TextEncoder().encode(`${node} ${time_ms} ${JSON.stringify(fields)}`);
  // Of all but the first byte is another 32 bits, of which eight are enough.
  const high = hashKey(key, 1) % (HASHES / 2 ** 32);
  return { hash: high * 2 ** 32 + hashKey(key), bytes: key.length };
}
