import { messageOf } from "../../base/mod.ts";
import {
  decodeReply,
  encodeRequest,
  type HelperReply,
  type HelperRequest,
  MessageSplitter,
} from "./helper-protocol.ts";

/** What a helper process tells; each call comes in a turn of its own. */
export interface HelperEvents {
  reply(reply: HelperReply): void;
  /** The process has ended, by itself or by somebody else. Comes once, and nothing after it. */
  ended(reason: string): void;
}

/** One helper process of the records layer, as the daemon sees it. */
export class HelperProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #events: HelperEvents | undefined;
  #ended: string | undefined;
  /** Settles when the process is gone and its pipes are closed. */
  readonly finished: Promise<void>;

  /** Starts `command`; throws when that is not possible. */
  constructor(command: readonly string[]) {
    const [program, ...args] = command;
    if (program === undefined) throw new TypeError("start helper: empty command");
    this.#child = new Deno.Command(program, {
      args: [...args, String(Deno.pid)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      // Out of reach of what a terminal sends to the daemon.
      detached: true,
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.finished = this.#run();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Who hears of replies and the end from now on; `undefined`: nobody. */
  listen(events: HelperEvents | undefined): void {
    this.#events = events;
    if (events !== undefined && this.#ended !== undefined) {
      const reason = this.#ended;
      queueMicrotask(() => {
        if (this.#events === events) events.ended(reason);
      });
    }
  }

  /** Queues a request. One to a process that has ended is lost; {@link HelperEvents.ended} tells. */
  send(request: HelperRequest): void {
    this.#writer.write(encodeRequest(request) as Uint8Array<ArrayBuffer>).catch(() => {});
  }

  /** Ends the process at once, and with it the locks it holds. Nothing is told any more. */
  kill(): void {
    this.#events = undefined;
    if (this.#ended !== undefined) return;
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It may have ended in this moment.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #run(): Promise<void> {
    const splitter = new MessageSplitter();
    let reason = "";
    try {
      for await (const chunk of this.#child.stdout) {
        for (const message of splitter.push(chunk)) this.#events?.reply(decodeReply(message));
      }
    } catch (error) {
      reason = ` (${messageOf(error)})`;
      this.kill();
    }
    const status = await this.#child.status;
    await this.#writer.abort().catch(() => {});
    const how = status.signal === null ? `status ${status.code}` : `signal ${status.signal}`;
    this.#ended = `helper process ${this.pid} ended, ${how}${reason}`;
    this.#events?.ended(this.#ended);
  }
}
