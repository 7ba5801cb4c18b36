import { Errno } from "../base/mod.ts";
import { closeDescriptor, openPidfd, scriptLibc } from "./libc.ts";
import type { ScriptObserver, ScriptProcess, ScriptSignal } from "./launcher.ts";
import { OutputBuffer } from "./output-buffer.ts";
import type { ScriptEnd } from "./script-result.ts";
import { spawn, type SpawnRequest } from "./spawn.ts";

const POLLIN = 0x1;
const WNOHANG = 1;

/** How often the watcher looks whether it is to give up, when nothing else wakes it. */
const WATCH_MS = 1_000;
/** The same where the kernel has no pidfd: then this is also how late an end is seen. */
const WATCH_WITHOUT_PIDFD_MS = 20;
/** A script that floods is read only this often, so that it waits for us and not we for it. */
const FLOOD_PAUSE_MS = 20;

/** What one turn of the event loop reads at most: a pipe's capacity. */
const READ_SIZE = 64 * 1024;

/** One turn's reading is handled before any other runs, so all children share the memory. */
const scratch = new Uint8Array(READ_SIZE);

/**
 * A real process in its own session and process group: its output is collected, its end is seen
 * through a pidfd, and it is reaped by us alone.
 *
 * Output is read until the process itself has ended; a daemon that it left behind may keep the pipe
 * open without holding anything up (events.md A.3).
 */
export class ChildProcess implements ScriptProcess {
  /** Resolves when the process is reaped, could not be started, or was abandoned. */
  readonly gone: Promise<void>;
  readonly #output = new OutputBuffer();
  readonly #observer: ScriptObserver;
  #pid: number | undefined;
  /** A signal that was asked for before there was a process. */
  #wanted: ScriptSignal | undefined;
  #ended = false;
  #abandoned = false;

  constructor(request: SpawnRequest, observer: ScriptObserver) {
    this.#observer = observer;
    this.gone = this.#live(request);
  }

  output(): Uint8Array {
    return this.#output.snapshot();
  }

  signal(signal: ScriptSignal): void {
    if (this.#ended) return;
    if (this.#pid === undefined) {
      if (this.#wanted !== "SIGKILL") this.#wanted = signal;
      return;
    }
    try {
      // Until we reap its leader no other group can get this number.
      Deno.kill(-this.#pid, signal);
    } catch (error) {
      // Nobody is left in the group, or only processes that became another user's.
      const harmless = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.PermissionDenied;
      if (!harmless) throw error;
    }
  }

  /** Gives up on a process that does not die: nothing is watched any more. */
  abandon(): void {
    this.#abandoned = true;
  }

  async #live(request: SpawnRequest): Promise<void> {
    const end = await this.#run(request).catch((): ScriptEnd => ({
      how: "error",
      errno: Errno.EIO,
    }));
    this.#ended = true;
    this.#observer.ended(end);
  }

  async #run(request: SpawnRequest): Promise<ScriptEnd> {
    const spawned = await spawn(request);
    if ("errno" in spawned) return { how: "error", errno: spawned.errno };
    const { pid, outputFd } = spawned;
    this.#pid = pid;
    const pidfd = openPidfd(pid);
    try {
      this.#observer.started(pid);
      if (this.#wanted !== undefined) this.signal(this.#wanted);
      return await this.#watch(pid, pidfd, outputFd);
    } finally {
      closeDescriptor(pidfd);
      closeDescriptor(outputFd);
    }
  }

  async #watch(pid: number, pidfd: number, outputFd: number): Promise<ScriptEnd> {
    let open = true;
    while (!this.#abandoned) {
      await waitFor(open && !this.#output.full ? outputFd : -1, pidfd, this.#patience(pidfd));
      if (open) open = this.#read(outputFd);
      const end = reap(pid);
      if (end === undefined) continue;
      // What it wrote between our reading and its end; a background child could go on for ever.
      if (open) this.#read(outputFd);
      return end;
    }
    return { how: "error", errno: Errno.EIO };
  }

  #patience(pidfd: number): number {
    if (this.#output.full) return FLOOD_PAUSE_MS;
    return pidfd < 0 ? WATCH_WITHOUT_PIDFD_MS : WATCH_MS;
  }

  /** Reads what is there, one pipe's worth. `false`: nobody holds the other end any more. */
  #read(fd: number): boolean {
    const length = Number(scriptLibc().read(fd, scratch, BigInt(READ_SIZE)));
    if (length > 0) this.#output.append(scratch.subarray(0, length));
    return length !== 0;
  }
}

/** Waits in a thread of the pool until there is output, the process has ended, or time is over. */
async function waitFor(outputFd: number, pidfd: number, timeout_ms: number): Promise<void> {
  // Two struct pollfd: i32 fd, i16 events, i16 revents. A negative fd is ignored.
  const entries = new Int32Array([outputFd, POLLIN, pidfd, POLLIN]);
  await scriptLibc().poll(entries, 2n, timeout_ms);
}

/** Collects the process if it has ended. Nobody else waits for it, so ECHILD cannot happen. */
function reap(pid: number): ScriptEnd | undefined {
  const status = new Int32Array(1);
  if (scriptLibc().waitpid(pid, status, WNOHANG) !== pid) return undefined;
  const signal = status[0]! & 0x7f;
  if (signal !== 0) return { how: "signal", signal };
  return { how: "exit", code: (status[0]! >> 8) & 0xff };
}
