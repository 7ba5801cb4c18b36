import type { AdminFacts } from "../facts/facts.ts";
import type { NodeDocument } from "../facts/node.ts";
import type { History } from "./history.ts";
import { seriesRow } from "./series.ts";

/** What is sampled, and who hears of it. */
interface Ports {
  readonly facts: AdminFacts;
  readonly history: History;
  /** How long the core took to answer; the limit when it did not. */
  readonly pinged: (took_s: number) => void;
  readonly sampled: (node: NodeDocument) => void;
  /** Tells the others of this node; every 15 s. */
  readonly introduce: () => Promise<void>;
}

/** One question to the core in so long, whoever looks. */
const INTERVAL_MS = 5000;
const TICKS_PER_MINUTE = 12;
const TICKS_PER_INTRODUCTION = 3;
/** What is counted for a core that does not answer. */
const SILENT_S = 2;

/** Looks at the node now and then, so that history has numbers when nobody was looking. */
export class Sampling {
  readonly #ports: Ports;
  readonly #timer: ReturnType<typeof setInterval>;
  #ticks = 0;
  #busy = false;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#timer = setInterval(() => void this.#tick(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #tick(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { facts, history, pinged, sampled, introduce } = this.#ports;
    try {
      const took_s = await facts.ping().catch(() => undefined);
      pinged(took_s ?? SILENT_S);
      if (took_s === undefined) return;
      const node = await facts.nodeFacts();
      sampled(node);
      const tick = this.#ticks++;
      if (tick % TICKS_PER_MINUTE === 0) history.sample(seriesRow(node, took_s, Date.now()));
      if (tick % TICKS_PER_INTRODUCTION === 0) await introduce();
    } catch {
      // The node is away: nothing to sample. Health checks say so to whoever asks.
    } finally {
      this.#busy = false;
    }
  }
}
