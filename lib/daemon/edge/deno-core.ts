import { setImmediate } from "node:timers";
import { systemClock } from "../../base/mod.ts";
import { denoSpawner } from "../../loop/mod.ts";
import { DenoStreams } from "../../transport/mod_deno.ts";
import { Core } from "../border/core.ts";
import type { CoreSetup } from "../border/core-setup.ts";
import { LocalBorder } from "../border/local-border.ts";
import type { BorderHandlers, CoreToEdge } from "../border/messages.ts";
import { Faults } from "../faults.ts";
import { TurnQueue } from "../turns.ts";
import type { CoreOwner, RunningCore } from "./core-host.ts";

/** Starts a core on Deno's event loop, on this thread. */
export function startDenoCore(
  setup: CoreSetup,
  handlers: BorderHandlers<CoreToEdge>,
  owner: CoreOwner,
): RunningCore {
  const faults = new Faults(owner.log, owner.abort);
  const turns = new TurnQueue((callback) => void setImmediate(callback), faults);
  const border = new LocalBorder((callback) => turns.defer(callback));
  const core = new Core(setup, {
    clock: systemClock,
    turns,
    streams: new DenoStreams(),
    spawn: denoSpawner,
    flushLater: (flusher) => flusher.flush(),
    abort: owner.abort,
  }, border.core);
  border.connect(core.handlers, handlers);
  void core.bind().then((bound) => {
    if (bound) core.makeRealtime();
  });
  return { border: border.edge };
}
