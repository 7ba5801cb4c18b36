import { DEBIAN_EVENT, DEBIAN_EVENTD, type Scratch } from "./scratch.ts";
import { runCommand, spawnCommand } from "../../../testing/process/command.ts";
import { waitFor } from "../../../testing/process/wait.ts";
import { type ProgramResult } from "../../../testing/process/program-io.ts";

/** Runs Debian's `ctdb-event` on the scratch directory. */
export async function debianEvent(scratch: Scratch, ...args: string[]): Promise<ProgramResult> {
  return await runCommand([DEBIAN_EVENT, ...args], { env: scratch.env });
}

/** Debian's `ctdb-eventd` on a scratch directory, watching this process. */
export class DebianEventd implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  static async start(scratch: Scratch): Promise<DebianEventd> {
    scratch.file("ctdb.conf", `[logging]\n location = file:${scratch.base}/log\n`);
    const child = spawnCommand([DEBIAN_EVENTD, "-P", `${Deno.pid}`, "-S", "1"], {
      env: scratch.env,
      stdout: "null",
      stderr: "null",
    });
    const eventd = new DebianEventd(child);
    // The socket is there a moment before somebody listens on it.
    await waitFor("Debian's eventd listens", async () => {
      (await Deno.connect({ transport: "unix", path: scratch.socket })).close();
      return true;
    }, { interval_ms: 10 });
    return eventd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}
