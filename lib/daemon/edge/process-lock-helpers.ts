import {
  type Logger,
  messageOf,
  processStarted,
  signalChild,
  spawnCommand,
} from "../../base/mod.ts";
import type { ClusterLockProcess, LockHelperLauncher } from "../../membership/mod.ts";

/** How long a helper may take to end when it is told to. */
const PATIENCE_MS = 1000;

/** Cluster lock helpers as child processes: one status character on standard output, then silence. */
export class ProcessLockHelpers implements LockHelperLauncher {
  readonly #log: Logger;
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Set<Deno.ChildProcess>();

  /** @param env the environment of the helpers */
  constructor(log: Logger, env: Readonly<Record<string, string>>) {
    this.#log = log;
    this.#env = env;
  }

  launch(
    argv: readonly string[],
    onStatus: (status: string) => void,
    onEnd: () => void,
  ): ClusterLockProcess {
    let listening = true;
    let child: Deno.ChildProcess | undefined;
    try {
      child = spawnCommand(argv, { env: this.#env, stdout: "piped", stderr: "piped" });
    } catch (error) {
      this.#log.error(`Start cluster lock helper: ${argv[0]}: ${messageOf(error)}`);
      queueMicrotask(() => {
        if (listening) onEnd();
      });
    }
    if (child !== undefined) {
      processStarted("cluster lock helpers");
      this.#running.add(child);
      this.#logErrors(child.stderr);
      this.#watch(child, (status) => {
        if (listening) onStatus(status);
      }, () => {
        if (listening) onEnd();
      });
    }
    return {
      terminate: () => {
        listening = false;
        if (child !== undefined) terminate(child);
      },
    };
  }

  /** Ends all helpers, for the daemon stops: when it is over, none is left. */
  async close(): Promise<void> {
    const running = [...this.#running];
    for (const child of running) terminate(child);
    await Promise.all(running.map((child) => child.status));
  }

  async #watch(
    child: Deno.ChildProcess,
    onStatus: (status: string) => void,
    onEnd: () => void,
  ): Promise<void> {
    let seen = false;
    try {
      for await (const chunk of child.stdout) {
        if (seen || chunk.length === 0) continue;
        seen = true;
        onStatus(String.fromCharCode(chunk[0]!));
      }
    } catch (error) {
      this.#log.error(`Read from cluster lock helper: ${messageOf(error)}`);
    }
    onEnd();
    // Its output ended; should it linger nevertheless, it must not keep the lock.
    terminate(child);
    await child.status;
    this.#running.delete(child);
  }

  async #logErrors(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        for (const line of text.split("\n")) if (line !== "") this.#log.error(line.slice(0, 1024));
      }
    } catch (error) {
      this.#log.error(`Read errors of cluster lock helper: ${messageOf(error)}`);
    }
  }
}

/** A helper that does not listen must not keep the lock, nor outlive the daemon. */
function terminate(child: Deno.ChildProcess): void {
  signalChild(child, "SIGTERM");
  const timer = setTimeout(() => signalChild(child, "SIGKILL"), PATIENCE_MS);
  void child.status.then(() => clearTimeout(timer));
}
