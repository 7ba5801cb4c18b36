/** Nodes that tell each other what happens, over a network whose messages a test delivers or loses. */
import { type Happening, nullLogger } from "../../../lib/base/mod.ts";
import { StoryExchange } from "../../../lib/admin/story/exchange.ts";
import { readMessage } from "../../../lib/admin/story/story-message.ts";
import { eventDocument, Story } from "../../../lib/admin/story/story.ts";
import { BROADCAST_CONNECTED } from "../../../lib/wire/mod.ts";

export const HELLO = { version: "1", configuration: "c" };
/** Between two introductions of a node. */
export const INTRODUCTION_MS = 15_000;

interface Flying {
  readonly from: number;
  readonly to: number;
  readonly data: Uint8Array;
}

/** A node: what it remembers, and what its history has over its lives. */
interface StoryNode {
  history: Record<string, unknown>[];
  story: Story;
  exchange: StoryExchange;
  running: boolean;
}

export class StoryNetwork {
  now_ms = Date.UTC(2026, 0, 31, 12);
  readonly nodes: StoryNode[] = [];
  /** On its way. */
  readonly flying: Flying[] = [];
  /** All that was ever sent to another node. */
  readonly sent: Flying[] = [];
  readonly #cut = new Set<string>();
  readonly #skews_ms: readonly number[];
  #happenings = 0;

  /** @param skews_ms by how much the clock of each node is ahead */
  constructor(skews_ms: readonly number[]) {
    this.#skews_ms = skews_ms;
  }

  static async of(count: number): Promise<StoryNetwork> {
    const network = new StoryNetwork(Array.from({ length: count }, () => 0));
    for (let pnn = 0; pnn < count; pnn++) await network.start(pnn);
    await network.settle();
    return network;
  }

  node(pnn: number): StoryNode {
    return this.nodes[pnn]!;
  }

  /** A life begins; whom it has a link to hears of that, too. */
  async start(pnn: number, recalls = true): Promise<void> {
    if (this.nodes[pnn]?.running === true) return;
    const now_ms = () => this.now_ms + this.#skews_ms[pnn]!;
    const story = new Story(now_ms);
    const exchange = new StoryExchange(story, pnn, nullLogger, now_ms);
    const history = this.nodes[pnn]?.history ?? [];
    const node = { history, story, exchange, running: true };
    this.nodes[pnn] = node;
    if (recalls) exchange.recall(history.slice(-1000));
    story.listen((event) => {
      node.history.push(eventDocument(event));
      if (!event.heard) exchange.tell(event);
    });
    const client = {
      subscribe: () => Promise.resolve(() => {}),
      message: (to: number, _: bigint, data: Uint8Array) => this.#send(pnn, to, data),
    };
    await exchange.connected(client as never, HELLO);
    for (const peer of this.nodes.keys()) if (peer !== pnn) this.#meet(pnn, peer);
  }

  /** A life ends; the last `unwritten` events did not get to the disk. */
  kill(pnn: number, unwritten = 0): void {
    const node = this.node(pnn);
    node.running = false;
    node.history.length = Math.max(0, node.history.length - unwritten);
  }

  cut(from: number, to: number): void {
    this.#cut.add(`${from} ${to}`);
  }

  mend(from: number, to: number): void {
    if (this.#cut.delete(`${from} ${to}`)) this.#meet(from, to);
  }

  happen(pnn: number, happening?: Happening): void {
    const { story, running } = this.node(pnn);
    const value = this.#happenings++;
    if (running) story.record(happening ?? { kind: "tunable-set", name: "x", value }, pnn);
  }

  introduce(pnn: number): void {
    const { exchange, running } = this.node(pnn);
    if (running) exchange.introduce(HELLO);
  }

  /** Everybody introduces itself once; what is said arrives. */
  async round(): Promise<void> {
    for (const pnn of this.nodes.keys()) {
      this.now_ms += INTRODUCTION_MS / this.nodes.length;
      this.introduce(pnn);
      await this.settle();
    }
  }

  /** Takes one message out of those on their way, whichever. */
  take(index: number): Flying | undefined {
    return this.flying.splice(index % Math.max(1, this.flying.length), 1)[0];
  }

  deliver(message: Flying | undefined): void {
    if (message === undefined || !this.node(message.to).running) return;
    this.node(message.to).exchange.received(message.data);
  }

  /** Delivers all, and what is said to it. */
  async settle(): Promise<void> {
    while (this.flying.length > 0) {
      this.deliver(this.take(0));
      await Promise.resolve();
    }
  }

  /** What a node knows, of which it was told nothing twice. */
  knows(pnn: number): readonly string[] {
    return this.node(pnn).history.map(({ node, time, kind, detail }) =>
      JSON.stringify([node, time, kind, detail])
    ).sort();
  }

  /** What other nodes were asked for, by whom. */
  asked(): readonly number[] {
    return this.sent.filter(({ data }) => readMessage(data)?.ask !== undefined)
      .map(({ from }) => from);
  }

  #meet(one: number, other: number): void {
    for (const [pnn, peer] of [[one, other], [other, one]] as const) {
      if (this.nodes[pnn]?.running && this.nodes[peer]?.running) {
        this.node(pnn).exchange.linked(peer);
      }
    }
  }

  #send(from: number, destination: number, data: Uint8Array): void {
    for (const [to, { running }] of this.nodes.entries()) {
      if (destination !== BROADCAST_CONNECTED && destination !== to) continue;
      if (!running || this.#cut.has(`${from} ${to}`)) continue;
      this.flying.push({ from, to, data });
      if (to !== from) this.sent.push({ from, to, data });
    }
  }
}
