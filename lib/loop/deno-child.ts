import { messageOf, signalChild, spawnCommand } from "../base/mod.ts";
import { type Helper, type HelperEvents, SpawnError, type SpawnHelper } from "./child-process.ts";

/** Starts helpers by way of Deno, for a node on Deno's event loop. */
export const denoSpawner: SpawnHelper = (command, events) => {
  const [program] = command;
  if (program === undefined) throw new SpawnError("start helper: empty command");
  try {
    // Detached: out of reach of what a terminal sends to the daemon.
    const child = spawnCommand(command, { stdin: "piped", stdout: "piped", detached: true });
    return new DenoHelper(child, events);
  } catch (error) {
    throw new SpawnError(`start helper: ${program}: ${messageOf(error)}`, { cause: error });
  }
};

class DenoHelper implements Helper {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #ended = false;

  constructor(child: Deno.ChildProcess, events: HelperEvents) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#follow(events);
  }

  get pid(): number {
    return this.#child.pid;
  }

  write(bytes: Uint8Array): void {
    // A broken pipe means that it is about to be reported as ended.
    this.#writer.write(bytes.slice()).catch(() => {});
  }

  kill(): void {
    if (!this.#ended) signalChild(this.#child, "SIGKILL");
  }

  async #follow(events: HelperEvents): Promise<void> {
    let trouble = "";
    try {
      for await (const chunk of this.#child.stdout) events.data(chunk, chunk.length);
    } catch (error) {
      // What the node threw is the node's: it must not end as trouble of a helper.
      if (!(error instanceof SpawnError)) queueMicrotask(() => reportError(error));
      trouble = `${messageOf(error)}, `;
      this.kill();
    }
    const status = await this.#child.status;
    this.#ended = true;
    await this.#writer.abort().catch(() => {});
    const how = status.signal === null ? `status ${status.code}` : `signal ${status.signal}`;
    events.ended(`helper process ${this.pid} ended, ${trouble}${how}`);
  }
}
