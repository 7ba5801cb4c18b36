import { type Clock, CtdbError, type Logger, type Timer } from "../base/mod.ts";

/** A running lock helper (`cluster.md` 6.6). */
export interface ClusterLockProcess {
  /** SIGTERM, and its output is no longer listened to. */
  terminate(): void;
}

/** Starts lock helpers; the real one starts processes. */
export interface LockHelperLauncher {
  /**
   * Runs a helper. `onStatus` comes at most once, with its first character; `onEnd` when its
   * output ends, also when it never started. Neither comes after `terminate`.
   */
  launch(
    argv: readonly string[],
    onStatus: (status: string) => void,
    onEnd: () => void,
  ): ClusterLockProcess;
}

/** How an attempt to take the lock ended. */
export type LockResult = "taken" | "contended" | "timed out" | "error";

/** The cluster lock setting cannot be run. */
export class ClusterLockError extends CtdbError {}

/** How long the leader, and the check at the end of recovery, wait for the helper. */
export const LOCK_TAKE_TIMEOUT_MS = 120_000;
/** How long the leader waits when it only asks whether the lock is still held. */
export const LOCK_CHECK_TIMEOUT_MS = 5_000;

/**
 * The command line of a cluster lock setting: `!command args`, or a path for the fcntl helper.
 *
 * @throws {ClusterLockError} an empty command
 */
export function lockHelperCommand(setting: string, fcntlHelper: readonly string[]): string[] {
  if (!setting.startsWith("!")) return [...fcntlHelper, setting];
  const argv = setting.slice(1).split(/[ \t]+/).filter((word) => word !== "");
  if (argv.length === 0) {
    throw new ClusterLockError(`Run cluster lock helper: "${setting}": no command`);
  }
  return argv;
}

/** What a {@link ClusterLock} stands on. */
interface Ports {
  readonly launcher: LockHelperLauncher;
  readonly clock: Clock;
  readonly log: Logger;
  /** Seconds that an attempt took; for statistics. */
  readonly onLatency: (latency_s: number) => void;
}

/**
 * The cluster-wide mutex that only the leader holds. It is held by a helper process, never by this
 * one: byte-range locks belong to a process and vanish with any descriptor of the file.
 */
export class ClusterLock {
  readonly #argv: readonly string[];
  readonly #ports: Ports;
  #holder: ClusterLockProcess | undefined;
  #taking: { readonly waiting: ((result: LockResult) => void)[]; cancel: () => void } | undefined;

  constructor(argv: readonly string[], ports: Ports) {
    this.#argv = argv;
    this.#ports = ports;
  }

  /** A helper said that it has the lock and has not ended since. */
  get held(): boolean {
    return this.#holder !== undefined;
  }

  /**
   * Takes the lock and keeps it until {@link ClusterLock.release} or until it is lost.
   *
   * @param done called once; at once when the lock is held already
   * @param onLost called once when the helper ends by itself while it holds the lock
   */
  take(done: (result: LockResult) => void, onLost: () => void): void {
    if (this.#holder !== undefined) return done("taken");
    if (this.#taking !== undefined) return void this.#taking.waiting.push(done);
    const waiting = [done];
    const taking = this.#taking = { waiting, cancel: () => {} };
    taking.cancel = this.#attempt(LOCK_TAKE_TIMEOUT_MS, (result, helper) => {
      if (this.#taking === taking) this.#taking = undefined;
      if (result === "taken") this.#holder = helper;
      for (const tell of waiting) tell(result);
    }, () => {
      this.#holder = undefined;
      onLost();
    });
  }

  /** Gives the lock up, or stops trying to take it. */
  release(): void {
    this.#taking?.cancel();
    this.#taking = undefined;
    this.#holder?.terminate();
    this.#holder = undefined;
  }

  /** Tries to take the lock with a helper of its own and drops it again (`cluster.md` 6.8). */
  check(done: (result: LockResult) => void): void {
    this.#attempt(LOCK_CHECK_TIMEOUT_MS, (result, helper) => {
      helper?.terminate();
      done(result);
    }, () => {});
  }

  /** Starts one helper; `done` comes once; the returned function cancels it with "error". */
  #attempt(
    timeout_ms: number,
    done: (result: LockResult, helper: ClusterLockProcess | undefined) => void,
    onLost: () => void,
  ): () => void {
    const { clock, log, launcher } = this.#ports;
    const started_ms = clock.now();
    let state: "waiting" | "holding" | "over" = "waiting";
    let helper: ClusterLockProcess | undefined = undefined;
    let timer: Timer | undefined = undefined;
    const finish = (result: LockResult) => {
      if (state !== "waiting") return;
      timer?.cancel();
      state = result === "taken" ? "holding" : "over";
      if (result !== "taken") helper?.terminate();
      if (result === "taken" || result === "contended") {
        this.#ports.onLatency((clock.now() - started_ms) / 1000);
      }
      done(result, helper);
    };
    timer = clock.setTimer(timeout_ms, () => finish("timed out"));
    helper = launcher.launch(this.#argv, (status) => finish(resultOf(status)), () => {
      if (state === "waiting") {
        log.error("Cluster lock helper: ended without a word");
        finish("error");
      } else if (state === "holding") {
        state = "over";
        onLost();
      }
    });
    return () => finish("error");
  }
}

function resultOf(status: string): LockResult {
  switch (status) {
    case "0":
      return "taken";
    case "1":
      return "contended";
    case "2":
      return "timed out";
    default:
      return "error";
  }
}
