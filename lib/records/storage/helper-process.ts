import { messageOf, processStarted } from "../../base/mod.ts";
import { type Helper, SpawnError, type SpawnHelper } from "../../loop/mod.ts";
import {
  decodeReply,
  encodeRequest,
  type HelperReply,
  type HelperRequest,
  MessageSplitter,
} from "./helper-protocol.ts";

/** What a helper process tells; each call comes in a turn of its own. */
export interface StorageHelperEvents {
  reply(reply: HelperReply): void;
  /** The process has ended, by itself or by somebody else. Comes once, and nothing after it. */
  ended(reason: string): void;
}

/** One helper process of the records layer, as the daemon sees it. */
export class HelperProcess {
  readonly #helper: Helper;
  readonly #splitter = new MessageSplitter();
  readonly #gone: () => void;
  #events: StorageHelperEvents | undefined;
  #ended: string | undefined;

  /**
   * Starts `command`. `gone` is called when the process has ended and is reaped.
   *
   * @throws {SpawnError} that is not possible
   */
  constructor(spawn: SpawnHelper, command: readonly string[], gone: () => void) {
    this.#gone = gone;
    processStarted("records helpers");
    this.#helper = spawn([...command, String(Deno.pid)], {
      data: (slab, end) => this.#data(slab.slice(0, end)),
      ended: (reason) => this.#onEnd(reason),
    });
  }

  get pid(): number {
    return this.#helper.pid;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Who hears of replies and the end from now on; `undefined`: nobody. */
  listen(events: StorageHelperEvents | undefined): void {
    this.#events = events;
  }

  /** Queues a request. One to a process that has ended is lost; {@link StorageHelperEvents.ended} tells. */
  send(request: HelperRequest): void {
    this.#helper.write(encodeRequest(request));
  }

  /** Ends the process at once, and with it the locks it holds. Nothing is told any more. */
  kill(): void {
    this.#events = undefined;
    if (this.#ended === undefined) this.#helper.kill();
  }

  #data(bytes: Uint8Array): void {
    for (const message of this.#messages(bytes)) this.#events?.reply(message);
  }

  /** What cannot be understood costs the process its life; what hears of replies throws for itself. */
  #messages(bytes: Uint8Array): HelperReply[] {
    try {
      return [...this.#splitter.push(bytes)].map(decodeReply);
    } catch (error) {
      throw new SpawnError(`read from helper: ${messageOf(error)}`, { cause: error });
    }
  }

  #onEnd(reason: string): void {
    this.#ended = reason;
    this.#gone();
    this.#events?.ended(reason);
  }
}
