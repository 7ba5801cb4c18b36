import type { Happening } from "../../base/mod.ts";
import { MAX_KEPT_EVENTS } from "../../limits/mod.ts";
import type { EventSeverity, EventSubject } from "./event-words.ts";
import { tell } from "./happening-texts.ts";

/** An event as everybody sees it. */
export interface StoryEvent {
  /** Grows with the order in which this node heard of events, also over restarts. */
  readonly id: number;
  /** When it happened, by the clock of the node that it happened to: ms since the epoch. */
  readonly time_ms: number;
  /** The node that it happened to. */
  readonly node: number;
  readonly kind: Happening["kind"];
  readonly subject: EventSubject;
  readonly severity: EventSeverity;
  readonly text: string;
  readonly happening: Happening;
  /** Whether another node has told of it: also of what happened to this one in an earlier life. */
  readonly heard: boolean;
}

/** Hears of events as they come. */
export type StoryListener = (event: StoryEvent) => void;

/** What happened to the cluster, as far as this node has heard, in the order of hearing. */
export class Story {
  readonly #now_ms: () => number;
  readonly #failed: (error: unknown) => void;
  readonly #events: StoryEvent[] = [];
  readonly #listeners = new Set<StoryListener>();
  #lastId = 0;

  /** @param failed hears of listeners that throw: who tells what happened must not */
  constructor(now_ms: () => number = Date.now, failed: (error: unknown) => void = () => {}) {
    this.#now_ms = now_ms;
    this.#failed = failed;
  }

  /** Something happens to this node, whose number is `node`. */
  record(happening: Happening, node: number): StoryEvent {
    return this.#add(happening, node, this.#now_ms(), false);
  }

  /** Another node tells what happened to node `node` at `time_ms`. */
  hear(happening: Happening, node: number, time_ms: number): StoryEvent {
    return this.#add(happening, node, time_ms, true);
  }

  #add(happening: Happening, node: number, time_ms: number, heard: boolean): StoryEvent {
    // A time that does not repeat: numbers from before a restart are smaller.
    this.#lastId = Math.max(this.#lastId + 1, Math.floor(this.#now_ms() * 1000));
    const event = {
      id: this.#lastId,
      time_ms,
      node,
      kind: happening.kind,
      ...tell(happening, node),
      happening,
      heard,
    };
    this.#events.push(event);
    if (this.#events.length > MAX_KEPT_EVENTS) this.#events.shift();
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#failed(error);
      }
    }
    return event;
  }

  /** The kept events behind `id`, oldest first. */
  after(id: number): readonly StoryEvent[] {
    let from = this.#events.length;
    while (from > 0 && this.#events[from - 1]!.id > id) from--;
    return this.#events.slice(from);
  }

  /** The id of the oldest event that is kept; undefined when none is. */
  get oldest(): number | undefined {
    return this.#events[0]?.id;
  }

  /** Hands every further event to `listener` until the returned function is called. */
  listen(listener: StoryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** An event as documents show it. */
export function eventDocument(event: StoryEvent): Record<string, unknown> {
  const { id, time_ms, node, kind, subject, severity, text, happening } = event;
  const { kind: _kind, ...detail } = happening;
  return { id, time: new Date(time_ms).toISOString(), node, kind, subject, severity, text, detail };
}
