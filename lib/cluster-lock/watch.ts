import { type Clock, messageOf, type Timer } from "../base/mod.ts";

/** Why a holder gives its lock up. */
export interface Loss {
  /** `released`: nothing is wrong with the lock, it is not needed any more. */
  kind: "released" | "lost";
  message: string;
}

/** When a holder looks after its file lock. */
export interface FileWatchTiming {
  /** Pause between checks; 0: never check. */
  recheck_ms: number;
  /** How long one check may take before the file system counts as hung; 0: for ever. */
  pingTimeout_ms: number;
}

/** How often a holder looks whether its parent is still there. */
const PARENT_INTERVAL_MS = 200;

/** Resolves when `isGone` says that the parent is gone: its lock must not outlive it. */
export class ParentWatch {
  readonly lost: Promise<Loss>;
  #timer: Timer | undefined;

  constructor(clock: Clock, isGone: () => boolean) {
    this.lost = new Promise((resolve) => {
      const look = () => {
        if (isGone()) resolve({ kind: "released", message: "parent gone" });
        else this.#timer = clock.setTimer(PARENT_INTERVAL_MS, look);
      };
      look();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }
}

/** Resolves when `check` rejects, or takes longer than the file system may take to answer. */
export class FileWatch {
  readonly lost: Promise<Loss>;
  readonly #clock: Clock;
  readonly #timing: FileWatchTiming;
  readonly #check: () => Promise<void>;
  #next: Timer | undefined;
  #patience: Timer | undefined;
  #stopped = false;

  constructor(clock: Clock, timing: FileWatchTiming, check: () => Promise<void>) {
    this.#clock = clock;
    this.#timing = timing;
    this.#check = check;
    this.lost = new Promise((resolve) => {
      if (timing.recheck_ms > 0) this.#run((message) => resolve({ kind: "lost", message }));
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#next?.cancel();
    this.#patience?.cancel();
  }

  #run(lose: (message: string) => void): void {
    if (this.#timing.pingTimeout_ms > 0) {
      this.#patience = this.#clock.setTimer(
        this.#timing.pingTimeout_ms,
        () => lose("ping timeout from lock test"),
      );
    }
    this.#check().then(
      () => {
        this.#patience?.cancel();
        if (this.#stopped) return;
        this.#next = this.#clock.setTimer(this.#timing.recheck_ms, () => this.#run(lose));
      },
      (error: unknown) => {
        this.#patience?.cancel();
        lose(`lock lost - ${messageOf(error)}`);
      },
    );
  }
}
