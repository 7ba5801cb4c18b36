import assert from "node:assert/strict";
import { Interrupted, RunLimits } from "../../../cli/ctdb/framework/run-limits.ts";
import { systemIo } from "../../../cli/io.ts";

/** Signal handlers that are set while a test runs: the process itself is the test runner's. */
class Handlers implements Disposable {
  readonly set = new Map<Deno.Signal, () => void>();
  readonly #add = Deno.addSignalListener;
  readonly #remove = Deno.removeSignalListener;

  constructor() {
    Deno.addSignalListener = (signal, handler) => void this.set.set(signal, handler);
    Deno.removeSignalListener = (signal) => void this.set.delete(signal);
  }

  [Symbol.dispose](): void {
    Deno.addSignalListener = this.#add;
    Deno.removeSignalListener = this.#remove;
  }
}

function limitsAt(isTerminal: boolean): RunLimits {
  return new RunLimits(120, { ...systemIo("ctdb"), isTerminal: () => isTerminal });
}

Deno.test("at a terminal Ctrl-C is heard from the first moment on", async () => {
  using handlers = new Handlers();
  {
    using limits = limitsAt(true);
    const running = limits.race(new Promise<never>(() => {}));
    handlers.set.get("SIGINT")!();
    await assert.rejects(running, Interrupted);
  }
  assert.equal(handlers.set.size, 0);
});

Deno.test("a script does not pay for it: its short commands do not listen", () => {
  using handlers = new Handlers();
  using _limits = limitsAt(false);
  assert.equal(handlers.set.size, 0);
});
