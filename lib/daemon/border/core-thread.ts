import { comeForward, countProcessesIn } from "../../base/mod.ts";
import { EventLoop, type Flusher, nativeSpawner } from "../../loop/mod.ts";
import { NativeStreams } from "../../transport/mod.ts";
import { Faults } from "../faults.ts";
import { TurnQueue } from "../turns.ts";
import { Core } from "./core.ts";
import type { CoreSetup } from "./core-setup.ts";
import { Heartbeat } from "./heartbeat.ts";
import { loopPort } from "./loop-port.ts";
import { CoreEnd } from "./thread-border.ts";

/** What the thread of a core is started with. */
export interface CoreThreadStart {
  readonly port: MessagePort;
  /** The descriptor by which the edge wakes the loop. */
  readonly wakeUp: number;
  /** Where the thread shows that it turns. */
  readonly heartbeat: SharedArrayBuffer;
  /** Where both threads count the processes that they start. */
  readonly processes: SharedArrayBuffer;
  /** The edge stands behind others (`standBehind`), and so does what it has started: this thread. */
  readonly behind: boolean;
  readonly setup: CoreSetup;
}

/** How long a thread that must end waits for the edge to end the process. */
const ABORT_WAIT_MS = 5000;

/** The body of the core's thread: one node on a loop of its own. Settles when the node has ended. */
export async function runCoreThread(start: CoreThreadStart): Promise<void> {
  const border = new CoreEnd(start.port, start.wakeUp);
  const heartbeat = new Heartbeat(start.heartbeat);
  countProcessesIn(start.processes);
  let core: Core | undefined = undefined;
  const abort = (reason: string): never => {
    core?.log.flush();
    border.post("abort", { reason });
    // The edge writes the log and ends the process; nothing may happen here any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ABORT_WAIT_MS);
    Deno.kill(Deno.pid, "SIGKILL");
    throw new Error(reason);
  };
  const faults: { handle(what: string, error: unknown): void } = {
    handle: (what, error) => {
      if (core === undefined) throw error;
      new Faults(core.log.logger, abort).handle(what, error);
    },
  };
  const loop = new EventLoop({
    onFault: (what, error) => faults.handle(what, error),
    onTurn: (busy, now_ms) => heartbeat.turn(busy, now_ms),
  });
  const runtime = {
    clock: loop,
    streams: new NativeStreams(loop),
    spawn: nativeSpawner(loop),
    flushLater: (flusher: Flusher) => loop.flushLater(flusher),
    loop: loopPort(loop),
    abort,
  };
  const turns = new TurnQueue((callback) => loop.defer(callback), faults);
  core = new Core(start.setup, { ...runtime, turns }, border);
  border.listen(loop, core.handlers);
  if (!await core.bind()) return;
  // Last: the runtime's threads that work on files for this one, started until here, stand behind, too.
  if (start.behind) comeForward();
  core.makeRealtime();
  core.log.flush();
  await loop.run();
}
