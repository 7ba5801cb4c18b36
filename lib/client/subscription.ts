import { MAX_SUBSCRIPTION_QUEUE_MESSAGES } from "../limits/mod.ts";
import { Mailbox } from "./mailbox.ts";

/**
 * The messages to one srvid on this node, in the order in which they came. Ends with its disposal, or
 * when the connection is closed; fails when it is lost, or when messages are not taken in time.
 *
 * @example
 * ```ts ignore
 * using messages = await cluster.subscribe("RECONFIGURE");
 * for await (const _ of messages) console.log("the cluster has recovered");
 * ```
 */
export class Subscription implements AsyncIterable<Uint8Array>, Disposable {
  /** What the messages are sent to. */
  readonly srvid: bigint;
  readonly #mailbox = new Mailbox<Uint8Array>("Messages", MAX_SUBSCRIPTION_QUEUE_MESSAGES);
  #stop: () => void = () => {};

  /** @ignore Made by `Cluster.subscribe`. */
  constructor(srvid: bigint) {
    this.srvid = srvid;
  }

  /**
   * Whose messages these are from now on.
   *
   * @ignore
   */
  attach(stop: () => void): void {
    this.#stop = stop;
    // Closed while it was registered: nobody will take anything.
    if (this.#mailbox.isClosed) stop();
  }

  /** @ignore */
  push(data: Uint8Array): void {
    this.#mailbox.push(data);
  }

  /** @ignore */
  fail(error: Error): void {
    this.#mailbox.fail(error);
  }

  /** The next message; `undefined` after {@link close}. */
  next(options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    return this.#mailbox.next(options.signal);
  }

  /** Stops listening; what has come can still be taken. */
  close(): void {
    this.#mailbox.end();
    this.#stop();
  }

  /** Stops at the end of a block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** All messages until it is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let data = await this.next(); data !== undefined; data = await this.next()) yield data;
  }
}
