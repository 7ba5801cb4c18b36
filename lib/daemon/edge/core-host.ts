import { type Logger, messageOf, processCounters, standBehind } from "../../base/mod.ts";
import { EventLoop } from "../../loop/mod.ts";
import type { CoreSetup } from "../border/core-setup.ts";
import type { CoreThreadStart } from "../border/core-thread.ts";
import { Heartbeat, HEARTBEAT_BYTES } from "../border/heartbeat.ts";
import type { Border, BorderHandlers, CoreToEdge, EdgeToCore } from "../border/messages.ts";
import { edgeEnd, makeWakeUp } from "../border/thread-border.ts";

/** A core that was started. */
export interface RunningCore {
  readonly border: Border<EdgeToCore>;
  /** Shows whether it turns; absent on Deno's loop, where the edge itself would stand with it. */
  readonly heartbeat?: Heartbeat;
}

/** What the process does when the core cannot go on. */
export interface CoreOwner {
  readonly log: Logger;
  readonly abort: (reason: string) => never;
}

/** Why the native loop cannot run here; `undefined` when it can. */
export function nativeLoopTrouble(): string | undefined {
  try {
    new EventLoop({ onFault: () => {} }).close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Starts a core on a thread and a loop of its own. */
export function startNativeCore(
  setup: CoreSetup,
  handlers: BorderHandlers<CoreToEdge>,
  owner: CoreOwner,
): RunningCore {
  const memory = new SharedArrayBuffer(HEARTBEAT_BYTES);
  const { port1, port2 } = new MessageChannel();
  const wakeUp = makeWakeUp();
  // Whoever looks at a node, or has an event script run, shall not keep its core waiting.
  const behind = standBehind();
  // The program itself: so the thread's module is there wherever the program is.
  const worker = new Worker(Deno.mainModule, { type: "module", name: "ctdb-core" });
  worker.onerror = (event) => {
    event.preventDefault();
    owner.abort(`core: ${event.message}`);
  };
  const border = edgeEnd(port1, wakeUp, handlers);
  const start: CoreThreadStart = {
    port: port2,
    wakeUp,
    heartbeat: memory,
    processes: processCounters(),
    behind,
    setup,
  };
  worker.postMessage(start, [port2]);
  return { border, heartbeat: new Heartbeat(memory) };
}
