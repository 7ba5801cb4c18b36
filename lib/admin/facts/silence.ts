import {
  type ClusterClient,
  ControlError,
  type ControlOptions,
  RequestTimeoutError,
} from "../../client/mod.ts";
import { SILENT_NODE_LIMIT_MS } from "../../limits/mod.ts";
import type { NodeEntry } from "../../wire/mod.ts";
import { GONE, PATIENCE_MS } from "./ask.ts";

/** A node that is connected and does not answer. */
export interface SilentNode {
  readonly node: number;
  /** When it was first asked what it has not answered. */
  readonly since: string;
}

/** A status that says that nobody has answered. */
const NO_ANSWER = -1;

/**
 * Which nodes do not answer, and since when: kept by whoever asks anything. One that is silent is
 * asked on, but not waited for as long as the others, so that what those say is not held up.
 */
export class Silence {
  readonly #heard_ms = new Map<number, number>();
  readonly #since_ms = new Map<number, number>();
  readonly #probed = new Set<number>();
  readonly #changed: () => void;
  readonly #now_ms: () => number;
  #nodes: readonly SilentNode[] = [];

  /** @param changed what was known with or without a node may be out of date */
  constructor(changed: () => void, now_ms: () => number = Date.now) {
    this.#changed = changed;
    this.#now_ms = now_ms;
  }

  /** Nodes that are silent now, ascending; the same object until something changes. */
  get nodes(): readonly SilentNode[] {
    return this.#nodes;
  }

  has(pnn: number): boolean {
    return this.#since_ms.has(pnn);
  }

  /** What is known of nodes that are not connected any more is of no use when they come back. */
  forgetGone(nodes: readonly NodeEntry[]): void {
    for (const pnn of [...this.#since_ms.keys()]) {
      if (nodes.some((node) => node.pnn === pnn && (node.flags & GONE) === 0)) continue;
      this.#since_ms.delete(pnn);
      this.#tell();
    }
  }

  /** `client`, whose questions to other nodes are listened to. */
  over(client: ClusterClient): ClusterClient {
    return {
      pnn: client.pnn,
      control: (pnn, name, request, options = {}) => {
        const send = (wish: ControlOptions) => client.control(pnn, name, request, wish);
        return pnn === client.pnn ? send(options) : this.#ask(client, pnn, options, send);
      },
      controlNoReply: (...args) => client.controlNoReply(...args),
      message: (...args) => client.message(...args),
      subscribe: (...args) => client.subscribe(...args),
    };
  }

  async #ask<T>(
    client: ClusterClient,
    pnn: number,
    options: ControlOptions,
    send: (options: ControlOptions) => Promise<T>,
  ): Promise<T> {
    const asked_ms = this.#now_ms();
    const timeout_ms = Math.min(options.timeout_ms ?? Infinity, SILENT_NODE_LIMIT_MS);
    try {
      const reply = await send(this.has(pnn) ? { ...options, timeout_ms } : options);
      this.#heard(pnn);
      return reply;
    } catch (error) {
      this.#judge(error, pnn, asked_ms);
      if (this.has(pnn)) this.#probe(client, pnn);
      throw error;
    }
  }

  #judge(error: unknown, pnn: number, asked_ms: number): void {
    if (error instanceof RequestTimeoutError) this.#unheard(pnn, asked_ms);
    else if (error instanceof ControlError && error.status !== NO_ANSWER) this.#heard(pnn);
  }

  /** Nobody waits for this: a node that is only slow shall not stay silent for being hurried. */
  #probe(client: ClusterClient, pnn: number): void {
    if (this.#probed.has(pnn)) return;
    this.#probed.add(pnn);
    const asked_ms = this.#now_ms();
    void client.control(pnn, "PING", undefined, { timeout_ms: PATIENCE_MS })
      .then(() => this.#heard(pnn), (error) => this.#judge(error, pnn, asked_ms))
      .finally(() => this.#probed.delete(pnn));
  }

  #heard(pnn: number): void {
    this.#heard_ms.set(pnn, this.#now_ms());
    if (this.#since_ms.delete(pnn)) this.#tell();
  }

  #unheard(pnn: number, asked_ms: number): void {
    if (this.has(pnn) || (this.#heard_ms.get(pnn) ?? -Infinity) > asked_ms) return;
    this.#since_ms.set(pnn, asked_ms);
    this.#tell();
  }

  #tell(): void {
    this.#nodes = [...this.#since_ms].sort(([a], [b]) => a - b)
      .map(([node, since_ms]) => ({ node, since: new Date(since_ms).toISOString() }));
    this.#changed();
  }
}
