import { signalChild, spawnCommand } from "../../base/mod.ts";
import { edgeLibc } from "./libc.ts";
import { selfCommand } from "./self-command.ts";

/** Set for the process that goes on in the background. */
const DETACHED_VARIABLE = "CTDB_DETACHED";

/** What the process in the background reports when it has started; no text has it. */
const STARTED = 0;
const F_DUPFD_CLOEXEC = 1030;
const FIRST_FREE_FD = 3;
const O_RDWR = 2;

/** Whether this process is the one in the background already. */
export function isDetached(env: Readonly<Record<string, string>>): boolean {
  return env[DETACHED_VARIABLE] !== undefined;
}

/**
 * Goes on in the background. There is no fork for a runtime with threads: the same program is
 * started again, which then leaves this session. This process waits until that one is up, or has
 * failed, and passes on what it says until then.
 *
 * @returns the exit status: 0 when the daemon runs, otherwise its own
 */
export async function detach(
  args: readonly string[],
  keepStdin: boolean,
  stderr: (text: string) => void,
): Promise<number> {
  const child = spawnCommand([...selfCommand("ctdbd"), ...args], {
    env: { [DETACHED_VARIABLE]: "1" },
    // Not where we are called: without a working directory the runtime of a helper does not start.
    ...(keepStdin ? {} : { cwd: "/" }),
    stdin: keepStdin ? "inherit" : "null",
    stdout: "piped",
    // For a runtime that does not get far. Not ours itself: the runtime keeps a copy of its own.
    stderr: "piped",
  });
  const passOn = (signal: Deno.Signal) => () => signalChild(child, signal);
  const signals = (["SIGTERM", "SIGINT"] as const).map((name) => [name, passOn(name)] as const);
  for (const [name, listener] of signals) Deno.addSignalListener(name, listener);
  const errors = passOnText(child.stderr, stderr);
  const started = await readReport(child.stdout, stderr);
  for (const [name, listener] of signals) Deno.removeSignalListener(name, listener);
  if (!started) {
    await errors.ended;
    return (await child.status).code;
  }
  await errors.stop();
  child.unref();
  return 0;
}

/** Passes a stream on until it ends or is stopped. */
function passOnText(stream: ReadableStream<Uint8Array>, say: (text: string) => void) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      say(decoder.decode(value, { stream: true }));
    }
  };
  return { ended: read(), stop: () => reader.cancel() };
}

/** Passes texts on until the daemon has started, or has ended: then `false`. */
async function readReport(
  stream: ReadableStream<Uint8Array>,
  stderr: (text: string) => void,
): Promise<boolean> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    const end = value.indexOf(STARTED);
    const text = decoder.decode(end === -1 ? value : value.subarray(0, end), { stream: true });
    if (text !== "") stderr(text);
    if (end === -1) continue;
    await reader.cancel();
    return true;
  }
}

/** How the process in the background tells the one that waits for it. */
export interface StartReport {
  /** Something for standard error. */
  say(text: string): void;
  /** The daemon runs: nobody waits any longer. */
  started(): void;
}

/**
 * The process in the background leaves the session of who started it, and its output: whoever waits
 * for the end of that, such as ssh, must not wait for ours. What it reports goes through the first
 * standard output, which no child of it gets.
 */
export function leave(testMode: boolean): StartReport {
  Deno.env.delete(DETACHED_VARIABLE);
  if (!testMode) edgeLibc().setsid();
  const channel = edgeLibc().fcntl_number(1, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
  const nothing = edgeLibc().open(new TextEncoder().encode("/dev/null\0"), O_RDWR, 0);
  for (const fd of [1, 2]) edgeLibc().dup2(nothing, fd);
  edgeLibc().close(nothing);
  let open = channel >= 0;
  const write = (bytes: Uint8Array<ArrayBuffer>) => {
    if (open) edgeLibc().write(channel, bytes, BigInt(bytes.length));
  };
  return {
    say: (text) => write(new TextEncoder().encode(text)),
    started: () => {
      write(new Uint8Array([STARTED]));
      if (open) edgeLibc().close(channel);
      open = false;
    },
  };
}
