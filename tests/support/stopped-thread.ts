import { readFileSync } from "node:fs";

const PTRACE_DETACH = 17;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
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

  /** @throws {Error} the kernel does not allow it */
  constructor(thread: number) {
    libc ??= openLibc();
    this.#thread = thread;
    this.#ptrace(PTRACE_SEIZE);
    this.#ptrace(PTRACE_INTERRUPT);
    libc.waitpid(thread, new Uint8Array(4), ALL_KINDS_OF_CHILDREN);
  }

  [Symbol.dispose](): void {
    this.#ptrace(PTRACE_DETACH);
  }

  #ptrace(request: number): void {
    if (libc!.ptrace(BigInt(request), this.#thread, null, null) >= 0n) return;
    throw new Error(`ptrace ${request.toString(16)} of thread ${this.#thread}: refused`);
  }
}

/** The threads of a process, by their names. */
export function threadsOf(pid: number): { readonly thread: number; readonly name: string }[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => ({
    thread: Number(name),
    name: readFileSync(`/proc/${pid}/task/${name}/comm`, "utf8").trim(),
  }));
}
