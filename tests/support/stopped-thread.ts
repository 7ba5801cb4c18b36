import { readFileSync } from "node:fs";

const PTRACE_DETACH = 17;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const SIGTRAP = 5;
const ALL_KINDS_OF_CHILDREN = 0x40000000;

function openLibc() {
  return Deno.dlopen("libc.so.6", {
    ptrace: { parameters: ["i64", "i32", "pointer", "pointer"], result: "i64" },
    waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  }).symbols;
}

let libc: ReturnType<typeof openLibc> | undefined;

/**
 * One thread of another process, which stands still until this is disposed of, while the others of
 * that process go on. No signal can do that.
 */
export class StoppedThread implements Disposable {
  readonly #thread: number;
  /** What the thread was about to be told when it stopped: it is told when it goes on. */
  readonly #signal: number;

  /** @throws {Error} the kernel does not allow it */
  constructor(thread: number) {
    libc ??= openLibc();
    this.#thread = thread;
    this.#ptrace(PTRACE_SEIZE);
    this.#ptrace(PTRACE_INTERRUPT);
    const status = new Uint8Array(4);
    libc.waitpid(thread, status, ALL_KINDS_OF_CHILDREN);
    this.#signal = signalOf(new DataView(status.buffer).getInt32(0, true));
  }

  [Symbol.dispose](): void {
    this.#ptrace(PTRACE_DETACH, this.#signal);
  }

  #ptrace(request: number, data = 0): void {
    const pointer = Deno.UnsafePointer.create(BigInt(data));
    if (libc!.ptrace(BigInt(request), this.#thread, null, pointer) >= 0n) return;
    throw new Error(`ptrace ${request.toString(16)} of thread ${this.#thread}: refused`);
  }
}

/** The signal that a thread was stopped by on its way to it; 0 for a stop that was asked for. */
function signalOf(status: number): number {
  const asked = status >> 16 !== 0;
  const signal = (status >> 8) & 0xff;
  return asked || signal === SIGTRAP ? 0 : signal;
}

/** The threads of a process, by their names. */
export function threadsOf(pid: number): { readonly thread: number; readonly name: string }[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => ({
    thread: Number(name),
    name: readFileSync(`/proc/${pid}/task/${name}/comm`, "utf8").trim(),
  }));
}
