import type { Logger } from "../../base/mod.ts";
import type { ClusterClient } from "../../client/mod.ts";
import {
  MAX_CAUGHT_UP_EVENTS,
  MAX_CLOCK_DIFFERENCE_MS,
  MAX_REMEMBERED_EVENTS,
  MAX_STORY_MESSAGE_BYTES,
  MAX_STORY_NODES,
  MAX_TOLD_EVENTS,
  MAX_UNTOLD_EVENTS,
} from "../../limits/mod.ts";
import { BROADCAST_CONNECTED, daemonSrvid } from "../../wire/mod.ts";
import type { Story, StoryEvent } from "./story.ts";
import { isNumber, isRecord, isShortText, readToldEvent, type ToldEvent } from "./told-event.ts";

/**
 * Our own: nodes of ours tell each other what happens. C nodes have no registration for it and drop
 * it. In the range of answers to daemons, at a node that there cannot be.
 */
export const SRVID_STORY: bigint = daemonSrvid(0xff_ffff, 2);

/** The form of the messages; others are not understood. */
const VERSION = 1;

/** A node's own words about itself, repeated now and then. */
export interface PeerIntroduction {
  readonly version: string;
  /** Of its ctdb.conf; see the document `digest`. */
  readonly configuration: string;
  /** How long other nodes took to answer it, in seconds. */
  readonly round_trips?: readonly RoundTrip[];
}

/** A node and how long it took to answer, in seconds. */
export type RoundTrip = readonly [pnn: number, time_s: number];

/** Between the news of a link and the questions: the other end may be slow to know the same. */
const LINK_SETTLES_MS = [500, 5000] as const;
/** Fewer bytes than {@link MAX_STORY_MESSAGE_BYTES}, whatever the last event is like. */
const CHUNK_BYTES = 32 * 1024;

interface Message {
  readonly v: number;
  readonly node: number;
  readonly events?: readonly ToldEvent[];
  readonly hello?: PeerIntroduction;
  /** Who introduces itself wants what happened to the others since then. */
  readonly since_ms?: number;
  /** It wants all that the other knows, of whomever. */
  readonly whole?: boolean;
}

/** Passes events between nodes, so that each has the story of all, also of one that has died. */
export class StoryExchange {
  /** What nodes of ours have said of themselves, this one among them. */
  readonly peers = new Map<number, PeerIntroduction>();
  readonly #story: Story;
  readonly #pnn: number;
  readonly #log: Logger;
  #client: Pick<ClusterClient, "message"> | undefined;
  readonly #untold: ToldEvent[] = [];
  readonly #known = new Set<string>();
  /** Until when each of the others has told what happened to it. */
  readonly #heard_ms = new Map<number, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #introduction: PeerIntroduction | undefined;
  /**
   * The first node that was met. It is asked for more than its own story: who was there to tell may
   * have ended meanwhile, and this node may not have kept its own last words.
   */
  #witness: number | undefined;
  #since_ms = 0;
  #second = 0;
  #told = 0;

  constructor(story: Story, pnn: number, log: Logger) {
    this.#story = story;
    this.#pnn = pnn;
    this.#log = log;
  }

  /**
   * A connection to the node is there; what others tell comes in through it.
   *
   * @param since_ms until when this node has heard of everything
   */
  async connected(
    client: ClusterClient,
    introduction: PeerIntroduction,
    since_ms: number,
  ): Promise<void> {
    await client.subscribe(SRVID_STORY, (data) => this.received(data));
    this.#client = client;
    this.#introduction = introduction;
    this.#since_ms = since_ms;
    this.peers.set(this.#pnn, introduction);
    this.#send({ v: VERSION, node: this.#pnn, hello: introduction, since_ms });
    this.#sendEvents(this.#untold.splice(0), BROADCAST_CONNECTED);
  }

  disconnected(): void {
    this.#client = undefined;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * A node can be reached, which it could not before: it is asked for what happened to it meanwhile.
   * Not at once, for it may take a moment until it knows the same of this node.
   */
  linked(peer: number): void {
    this.#witness ??= peer;
    const whole = peer === this.#witness;
    const heard_ms = whole ? undefined : this.#heard_ms.get(peer);
    for (const delay_ms of LINK_SETTLES_MS) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#ask(peer, heard_ms ?? this.#since_ms, whole);
      }, delay_ms);
      this.#timers.add(timer);
    }
  }

  /** What the history has of before this daemon's life, as documents: it is no news. */
  remember(events: readonly Readonly<Record<string, unknown>>[]): void {
    for (const { node, time, kind, detail } of events) {
      const happening = { ...(isRecord(detail) ? detail : {}), kind };
      const told = readToldEvent({ time_ms: Date.parse(String(time)), happening });
      if (told !== undefined) this.#isNew(Number(node), told);
    }
  }

  introduce(hello: PeerIntroduction): void {
    this.#introduction = hello;
    this.peers.set(this.#pnn, hello);
    this.#send({ v: VERSION, node: this.#pnn, hello });
  }

  /** An event of this node's own. */
  tell({ time_ms, happening }: StoryEvent): void {
    this.#isNew(this.#pnn, { time_ms, happening });
    if (this.#client === undefined) {
      this.#untold.push({ time_ms, happening });
      if (this.#untold.length > MAX_UNTOLD_EVENTS) this.#untold.shift();
      return;
    }
    const second = Math.floor(time_ms / 1000);
    if (second !== this.#second) [this.#second, this.#told] = [second, 0];
    if (++this.#told > MAX_TOLD_EVENTS) return;
    this.#send({ v: VERSION, node: this.#pnn, events: [{ time_ms, happening }] });
  }

  /** A message from another node, or from whoever calls itself one. */
  received(data: Uint8Array): void {
    const message = readMessage(data);
    if (message === undefined) {
      this.#log.info(`Event of another node: ${data.length} bytes are not understood`);
      return;
    }
    for (const event of message.events ?? []) this.#hear(message.node, event);
    // What a node has said itself comes back to it, too.
    if (message.node === this.#pnn) return;
    if (message.hello !== undefined) this.peers.set(message.node, message.hello);
    if (message.since_ms !== undefined) this.#catchUp(message, message.since_ms);
  }

  #hear(node: number, { happening, time_ms }: ToldEvent): void {
    if (!this.#isNew(node, { happening, time_ms })) return;
    this.#heard_ms.set(node, Math.max(time_ms, this.#heard_ms.get(node) ?? 0));
    const believable = Math.abs(time_ms - Date.now()) < MAX_CLOCK_DIFFERENCE_MS;
    this.#story.hear(happening, node, believable ? time_ms : Date.now());
  }

  #ask(peer: number, since_ms: number, whole: boolean): void {
    const hello = this.#introduction;
    if (hello === undefined) return;
    this.#send({ v: VERSION, node: this.#pnn, hello, since_ms, whole }, peer);
  }

  /** Tells a node that was away what happened meanwhile: to this one, or to all. */
  #catchUp({ node, whole = false }: Message, since_ms: number): void {
    const missed = this.#story.after(0).filter((event) => event.time_ms > since_ms);
    for (const [of, events = []] of Map.groupBy(missed, (event) => event.node)) {
      if (!whole && of !== this.#pnn) continue;
      this.#sendEvents(events.slice(-MAX_CAUGHT_UP_EVENTS), node, of);
    }
  }

  /** @param of the node that they happened to */
  #sendEvents(events: readonly ToldEvent[], destination: number, of = this.#pnn): void {
    let chunk: ToldEvent[] = [];
    let bytes = 0;
    const flush = () => {
      if (chunk.length === 0) return;
      this.#send({ v: VERSION, node: of, events: chunk }, destination);
      [chunk, bytes] = [[], 0];
    };
    for (const { time_ms, happening } of events) {
      chunk.push({ time_ms, happening });
      bytes += JSON.stringify(happening).length;
      if (bytes > CHUNK_BYTES) flush();
    }
    flush();
  }

  #isNew(node: number, { time_ms, happening }: ToldEvent): boolean {
    // Whoever told it, and in whatever order.
    const fields = Object.entries(happening).sort(([a], [b]) => a < b ? -1 : 1);
    const key = `${node} ${time_ms} ${JSON.stringify(fields)}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    if (this.#known.size > MAX_REMEMBERED_EVENTS) {
      this.#known.delete(this.#known.values().next().value!);
    }
    return true;
  }

  #send(message: Message, destination = BROADCAST_CONNECTED): void {
    try {
      const data = new TextEncoder().encode(JSON.stringify(message));
      if (data.length <= MAX_STORY_MESSAGE_BYTES) {
        this.#client?.message(destination, SRVID_STORY, data);
      }
    } catch {
      // The connection has just ended; it is made anew.
      this.#client = undefined;
    }
  }
}

/**
 * What a message says; undefined when it is none of ours. An event in it that is not understood, as
 * of a later version, is left out: it takes none of the others with it.
 */
export function readMessage(data: Uint8Array): Message | undefined {
  if (data.length > MAX_STORY_MESSAGE_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.v !== VERSION) return undefined;
  const { node, events, hello, since_ms, whole } = value;
  if (typeof node !== "number" || !Number.isInteger(node) || node < 0 || node >= MAX_STORY_NODES) {
    return undefined;
  }
  if (hello !== undefined && !isIntroduction(hello)) return undefined;
  if (events !== undefined && !Array.isArray(events)) return undefined;
  if (since_ms !== undefined && !isNumber(since_ms)) return undefined;
  return {
    v: VERSION,
    node,
    ...(since_ms === undefined ? {} : { since_ms }),
    ...(whole === true ? { whole } : {}),
    ...(events === undefined ? {} : { events: events.flatMap((one) => readToldEvent(one) ?? []) }),
    ...(hello === undefined ? {} : { hello }),
  };
}

function isIntroduction(value: unknown): value is PeerIntroduction {
  return isRecord(value) && isShortText(value.version) && isShortText(value.configuration) &&
    (value.round_trips === undefined || isRoundTrips(value.round_trips));
}

function isRoundTrips(value: unknown): value is readonly RoundTrip[] {
  return Array.isArray(value) && value.length <= MAX_STORY_NODES &&
    value.every((one) => Array.isArray(one) && one.length === 2 && one.every(isNumber));
}
