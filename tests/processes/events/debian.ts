import { DEBIAN_EVENT, DEBIAN_EVENTD, type Scratch, waitUntil } from "./scratch.ts";
import { runCommand, spawnCommand } from "../../../testing/process/command.ts";

/** What a command printed and how it ended. */
export interface Ran {
  stdout: string;
  stderr: string;
  exit: number;
}

/** Runs Debian's `ctdb-event` on the scratch directory. */
export async function debianEvent(scratch: Scratch, ...args: string[]): Promise<Ran> {
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
    await waitUntil("Debian's eventd listens", () => {
      try {
        return Deno.statSync(scratch.socket).isSocket === true;
      } catch {
        return false;
      }
    });
    return eventd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}
