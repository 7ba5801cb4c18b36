import type { Logger } from "../../base/mod.ts";
import type { ClusterClient } from "../../client/mod.ts";
import {
  MAX_CAUGHT_UP_BYTES,
  MAX_CLOCK_DIFFERENCE_MS,
  MAX_RECALLED_EVENTS,
  MAX_STORY_MESSAGE_BYTES,
  MAX_TOLD_EVENT_BYTES,
  MAX_TOLD_EVENTS,
  STORY_ANSWER_LIMIT_MS,
} from "../../limits/mod.ts";
import { BROADCAST_CONNECTED, daemonSrvid } from "../../wire/mod.ts";
import { Differences } from "./differences.ts";
import { type KnownEvent, KnownEvents, periodOf, type PeriodSum } from "./known-events.ts";
import type { Story, StoryEvent } from "./story.ts";
import {
  type KnownHashes,
  type PeerIntroduction,
  readMessage,
  type StoryMessage,
  writeMessage,
} from "./story-message.ts";
import { isRecord, readToldEvent, type ToldEvent } from "./told-event.ts";

/**
 * Our own: nodes of ours tell each other what happens. C nodes have no registration for it and drop
 * it. In the range of answers to daemons, at a node that there cannot be.
 */
export const SRVID_STORY: bigint = daemonSrvid(0xff_ffff, 2);

/** Events are sent together up to here; with what a message has beside them they fit into one. */
const CHUNK_BYTES = MAX_TOLD_EVENT_BYTES;
/** How far back a node without history asks those that have no digests. */
const HOUR_MS = 3600_000;
/** By so much clocks may differ. */
const CLOCKS_DIFFER_MS = 10_000;

/**
 * Passes events between nodes, so that each has the story of all, also of one that has died. Each
 * tells what happens to it when it happens, and nobody says that he has heard it. So each also says
 * now and then what it knows, as a sum for each period of time; who knows something else asks for
 * what it has not. Whatever was lost, and whoever was away, they come to know the same.
 */
export class StoryExchange {
  /** What nodes of ours have said of themselves, this one among them. */
  readonly peers = new Map<number, PeerIntroduction>();
  readonly #story: Story;
  readonly #pnn: number;
  readonly #log: Logger;
  readonly #now_ms: () => number;
  readonly #known = new KnownEvents();
  readonly #differences = new Differences(this.#known);
  #client: Pick<ClusterClient, "message"> | undefined;
  #introduction: PeerIntroduction | undefined;
  /** Nothing is compared before it is known what the history has. */
  #recalled = false;
  /** From when on those are asked that have no digests. */
  #since_ms: number;
  #asked_ms = -Infinity;
  #second = 0;
  #told = 0;

  constructor(story: Story, pnn: number, log: Logger, now_ms: () => number = Date.now) {
    this.#story = story;
    this.#pnn = pnn;
    this.#log = log;
    this.#now_ms = now_ms;
    this.#since_ms = now_ms() - HOUR_MS;
  }

  /** A connection to the node is there; what others tell comes in through it. */
  async connected(client: ClusterClient, introduction: PeerIntroduction): Promise<void> {
    await client.subscribe(SRVID_STORY, (data) => this.received(data));
    this.#client = client;
    this.#introduce(introduction, true);
  }

  disconnected(): void {
    this.#client = undefined;
  }

  /** A node can be reached, which it could not before: both introduce themselves. */
  linked(peer: number): void {
    if (this.#introduction === undefined) return;
    this.#introduce(this.#introduction, true, peer);
  }

  /**
   * What the history has of before this daemon's life, as documents, the latest
   * {@link MAX_RECALLED_EVENTS} of them: it is no news, and others may ask for it.
   */
  recall(events: readonly Readonly<Record<string, unknown>>[]): void {
    for (const { node, time, kind, detail } of events) {
      const happening = { ...(isRecord(detail) ? detail : {}), kind };
      const told = readToldEvent({ time_ms: Date.parse(String(time)), happening });
      if (told !== undefined) this.#known.add({ node: Number(node), ...told });
    }
    const [first, last] = [events[0], events.at(-1)].map(heard_ms);
    if (first !== undefined && events.length >= MAX_RECALLED_EVENTS) {
      this.#known.forgetUntil(periodOf(first + CLOCKS_DIFFER_MS));
    }
    if (last !== undefined) this.#since_ms = last - CLOCKS_DIFFER_MS;
    this.#recalled = true;
  }

  /** Says who this node is and what it knows; to be called now and then. */
  introduce(introduction: PeerIntroduction): void {
    this.#introduce(introduction, false);
  }

  /** An event of this node's own. */
  tell(event: StoryEvent): void {
    const told = readToldEvent(event);
    if (told === undefined) return;
    this.#known.add({ node: this.#pnn, ...told });
    const second = Math.floor(told.time_ms / 1000);
    if (second !== this.#second) [this.#second, this.#told] = [second, 0];
    if (++this.#told <= MAX_TOLD_EVENTS) this.#send({ node: this.#pnn, events: [told] });
  }

  /** A message from another node, or from whoever calls itself one. */
  received(data: Uint8Array): void {
    const message = readMessage(data);
    if (message === undefined) {
      this.#log.info(`Event of another node: ${data.length} bytes are not understood`);
      return;
    }
    const { node, events = [], again = false, hello, digest, ask = [] } = message;
    for (const event of events) this.#hear({ node, ...event }, again);
    // What a node has said itself comes back to it, too.
    if (node === this.#pnn) return;
    if (hello !== undefined) this.peers.set(node, hello);
    if (message.since_ms !== undefined) this.#greet(message, message.since_ms);
    if (digest !== undefined) this.#compare(node, digest);
    const wanted = ask.flatMap(([period, hashes]) => this.#known.beyond(period, hashes));
    this.#sendEvents(wanted, node);
  }

  /** @param comes whether others shall introduce themselves to it, too */
  #introduce(hello: PeerIntroduction, comes: boolean, destination = BROADCAST_CONNECTED): void {
    this.#introduction = hello;
    this.peers.set(this.#pnn, hello);
    const digest = this.#recalled ? { digest: this.#known.digest() } : {};
    const wish = this.#recalled && comes ? { since_ms: this.#since_ms } : {};
    this.#send({ node: this.#pnn, hello, ...digest, ...wish }, destination);
  }

  /** @param again whether it is told to who has asked: then it may be old, and its time is right */
  #hear(event: KnownEvent, again: boolean): void {
    const { node, time_ms, happening } = event;
    const now_ms = this.#now_ms();
    const believable = again || Math.abs(time_ms - now_ms) < MAX_CLOCK_DIFFERENCE_MS;
    if (!this.#known.add(event, believable)) return;
    this.#story.hear(happening, node, believable ? time_ms : now_ms);
  }

  /** Who comes is told who this node is; one that cannot compare is told what it has missed. */
  #greet({ node, digest, whole = false }: StoryMessage, since_ms: number): void {
    if (digest === undefined) {
      const missed = this.#known.after(since_ms);
      this.#sendEvents(missed.filter((event) => whole || event.node === this.#pnn), node);
    } else if (this.#introduction !== undefined) this.#introduce(this.#introduction, false, node);
  }

  /** Asks another node for what it knows beyond this one. One is asked at a time: all know much the same. */
  #compare(peer: number, digest: readonly PeriodSum[]): void {
    const now_ms = this.#now_ms();
    const waiting = Math.abs(now_ms - this.#asked_ms) < STORY_ANSWER_LIMIT_MS;
    if (waiting || !this.#recalled) return;
    const periods = this.#differences.toAsk(peer, digest, now_ms);
    if (periods.length === 0) return;
    this.#asked_ms = now_ms;
    const ask = periods.map((period): KnownHashes => [period, this.#known.hashesOf(period)]);
    this.#send({ node: this.#pnn, ask }, peer);
  }

  #sendEvents(events: readonly KnownEvent[], destination: number): void {
    let left = MAX_CAUGHT_UP_BYTES;
    for (const [node, of = []] of Map.groupBy(events, (event) => event.node)) {
      for (const chunk of chunksOf(of)) {
        left -= this.#send({ node, events: chunk, again: true }, destination);
        if (left < 0) return;
      }
    }
  }

  /** Returns how many bytes were sent. */
  #send(message: StoryMessage, destination = BROADCAST_CONNECTED): number {
    if (this.#client === undefined) return 0;
    const data = writeMessage(message);
    if (data.length > MAX_STORY_MESSAGE_BYTES) return 0;
    try {
      this.#client.message(destination, SRVID_STORY, data);
    } catch {
      // The connection has just ended; it is made anew.
      this.#client = undefined;
    }
    return data.length;
  }
}

/** Events in pieces that a message has room for. */
function* chunksOf(events: readonly ToldEvent[]): Generator<readonly ToldEvent[]> {
  let chunk: ToldEvent[] = [];
  let bytes = 0;
  for (const { time_ms, happening } of events) {
    const event = { time_ms, happening };
    const size = writeMessage({ node: 0, events: [event] }).length;
    if (chunk.length > 0 && bytes + size > CHUNK_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(event);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** When this node heard of an event, as the number of its document says. */
function heard_ms(document: Readonly<Record<string, unknown>> | undefined): number | undefined {
  return document === undefined ? undefined : Number(document.id) / 1000;
}
