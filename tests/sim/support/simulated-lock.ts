import type { Clock } from "../../../lib/base/mod.ts";
import type { ClusterLockProcess, LockHelperLauncher } from "../../../lib/membership/mod.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** A helper that holds the lock looks this often whether its daemon still lives. */
const PARENT_CHECK_MS = 5000;
/** From SIGTERM to the end of a helper. */
const TERM_MS = 3;

/** The lock on the cluster file system, seen by all machines alike. */
export class SimulatedLock {
  readonly #time: Clock;
  readonly #random: SeededRandom;
  #holder: Helper | undefined;
  /** How long a helper takes until it knows. */
  delay_ms = { low: 1, high: 15 };

  constructor(time: Clock, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
  }

  /** Pnn of the node whose helper has the lock. */
  get holder(): number | undefined {
    return this.#holder?.pnn;
  }

  /** The holder's helper dies, and the lock is free; its daemon hears of it a little later. */
  lose(): void {
    const holder = this.#holder;
    this.#holder = undefined;
    holder?.die();
  }

  /** What a daemon on node `pnn` starts helpers with. */
  launcher(pnn: number, daemon: SimulatedProcess): LockHelperLauncher {
    return {
      launch: (_argv, onStatus, onEnd) => new Helper(this, pnn, daemon, onStatus, onEnd).start(),
    };
  }

  after(delay_ms: number, callback: () => void): void {
    this.#time.setTimer(delay_ms, callback);
  }

  drawDelay_ms(): number {
    return this.#random.between(this.delay_ms.low, this.delay_ms.high);
  }

  drawParentCheck_ms(): number {
    return this.#random.between(0, PARENT_CHECK_MS);
  }

  /** True when `helper` has the lock now. */
  tryTake(helper: Helper): boolean {
    this.#holder ??= helper;
    return this.#holder === helper;
  }

  release(helper: Helper): void {
    if (this.#holder === helper) this.#holder = undefined;
  }
}

/** A lock helper process. */
class Helper implements ClusterLockProcess {
  readonly pnn: number;
  readonly #lock: SimulatedLock;
  readonly #daemon: SimulatedProcess;
  readonly #onStatus: (status: string) => void;
  readonly #onEnd: () => void;
  #running = true;
  #listened = true;

  constructor(
    lock: SimulatedLock,
    pnn: number,
    daemon: SimulatedProcess,
    onStatus: (status: string) => void,
    onEnd: () => void,
  ) {
    this.#lock = lock;
    this.pnn = pnn;
    this.#daemon = daemon;
    this.#onStatus = onStatus;
    this.#onEnd = onEnd;
  }

  start(): this {
    this.#daemon.atEnd(() => this.#lock.after(this.#lock.drawParentCheck_ms(), () => this.#end()));
    this.#lock.after(this.#lock.drawDelay_ms(), () => {
      if (!this.#running) return;
      const taken = this.#lock.tryTake(this);
      this.#tell(() => this.#onStatus(taken ? "0" : "1"));
      if (!taken) this.die();
    });
    return this;
  }

  terminate(): void {
    this.#listened = false;
    this.#lock.after(TERM_MS, () => this.#end());
  }

  /** It ends by itself. */
  die(): void {
    if (!this.#running) return;
    this.#end();
    this.#lock.after(1, () => this.#tell(() => this.#onEnd()));
  }

  #end(): void {
    this.#running = false;
    this.#lock.release(this);
  }

  #tell(event: () => void): void {
    this.#daemon.run(() => {
      if (this.#listened) event();
    });
  }
}
