import { messageOf } from "../base/mod.ts";
import { LockHelperError } from "./errors.ts";
import {
  encodeLockRequest,
  FAILED,
  LOCKED,
  type LockRequest,
  UNLOCK,
  UNLOCKED,
} from "./helper-protocol.ts";

/** A running helper, as far as {@link LockHelperClient} needs to know it. */
export interface LockHelperProcess {
  readonly pid: number;
  /** Sends a line; what cannot be sent any more is dropped, `ended` will tell. */
  send(line: string): void;
  /** Ends it at once, waiting or not. */
  kill(): void;
}

/** What a helper process reports; never from inside the call that started it. */
export interface LockHelperListener {
  line(text: string): void;
  /** It has ended and was reaped; nothing comes after this. */
  ended(reason: string): void;
}

/** Starts a helper that serves requests from its stdin. */
export type SpawnLockHelper = (listener: LockHelperListener) => LockHelperProcess;

/** What becomes of a request; each call comes in a later turn than the request. */
export interface LockEvents {
  /** The helper holds the lock: mark it on the own handle and go on. */
  locked(): void;
  /** There will be no lock. */
  failed(reason: string): void;
  /** The helper died after {@link locked}, and the lock with it. */
  lost(reason: string): void;
}

/** A lock that a helper holds or waits for. */
export interface HelperLockHandle {
  /** The helper's process id; `undefined` when none could be started. */
  readonly pid: number | undefined;
  /** Gives up the lock or the wait. No event comes afterwards; twice does nothing. */
  release(): void;
}

/** What a lock helper is started with. */
export interface LockHelperOptions {
  readonly spawn: SpawnLockHelper;
  /** Runs a callback in a later turn. */
  readonly defer: (callback: () => void) => void;
  /** Most helpers at once; further requests fail. Absent: 1024. */
  readonly maxHelpers?: number;
  /** Idle helpers that are kept for the next request. Absent: 4. */
  readonly maxIdle?: number;
}

/**
 * Hands requests for locks to helper processes, one lock per helper at a time. Starting a process
 * is what takes long, so a helper that unlocks is used again, at once: there are never more than there
 * are locks that are wanted. A request that still waits is
 * cancelled by killing its helper, because nothing else ends a wait inside libtdb.
 */
export class LockHelperClient {
  readonly #spawn: SpawnLockHelper;
  readonly #defer: (callback: () => void) => void;
  readonly #maxHelpers: number;
  readonly #maxIdle: number;
  readonly #helpers = new Set<Helper>();
  readonly #idle: Helper[] = [];
  #closed = false;

  constructor(options: LockHelperOptions) {
    this.#spawn = options.spawn;
    this.#defer = options.defer;
    this.#maxHelpers = options.maxHelpers ?? 1024;
    this.#maxIdle = options.maxIdle ?? 4;
  }

  /** Helpers that run, idle ones included. */
  get helperCount(): number {
    return this.#helpers.size;
  }

  /** Helpers that are ready for the next request at once. */
  get idleCount(): number {
    return this.#idle.length;
  }

  /** Starts helpers ahead of need, up to the number that is kept idle. */
  prewarm(): void {
    while (!this.#closed && this.#idle.length < this.#maxIdle) this.#idle.push(this.#start());
  }

  /** Asks for a lock, however long that takes. */
  lock(request: LockRequest, events: LockEvents): HelperLockHandle {
    let helper: Helper;
    try {
      helper = this.#idle.pop() ?? this.#unlocking() ?? this.#start();
    } catch (error) {
      return failLater(events, messageOf(error), this.#defer);
    }
    helper.serve(request, events);
    return {
      pid: helper.pid,
      release: () => helper.release(events),
    };
  }

  /** Ends all helpers, and so all locks; no event comes afterwards. */
  close(): void {
    this.#closed = true;
    for (const helper of this.#helpers) helper.abandon();
    this.#idle.length = 0;
  }

  /** A helper that is giving a lock back, and will be free in a moment. */
  #unlocking(): Helper | undefined {
    for (const helper of this.#helpers) if (helper.isUnlocking) return helper;
    return undefined;
  }

  #start(): Helper {
    if (this.#closed) throw new LockHelperError("start lock helper: closed");
    if (this.#helpers.size >= this.#maxHelpers) {
      throw new LockHelperError(`start lock helper, too many run: ${this.#helpers.size}`);
    }
    const helper: Helper = new Helper(this.#spawn, {
      ended: () => this.#forget(helper),
      idle: () => {
        if (this.#idle.length < this.#maxIdle) this.#idle.push(helper);
        else helper.abandon();
      },
    });
    this.#helpers.add(helper);
    return helper;
  }

  #forget(helper: Helper): void {
    this.#helpers.delete(helper);
    const at = this.#idle.indexOf(helper);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}

/** A request that no helper took. */
function failLater(
  events: LockEvents,
  reason: string,
  defer: (callback: () => void) => void,
): HelperLockHandle {
  let released = false;
  defer(() => {
    if (!released) events.failed(reason);
  });
  return { pid: undefined, release: () => void (released = true) };
}

type HelperState = "idle" | "waiting" | "held" | "unlocking" | "ended";

/** One helper process and the request that it serves. */
class Helper {
  readonly #process: LockHelperProcess;
  readonly #owner: { ended(): void; idle(): void };
  #state: HelperState = "idle";
  #events: LockEvents | undefined;
  /** What comes when the lock is given back. */
  #next: { readonly request: LockRequest; readonly events: LockEvents } | undefined;

  constructor(spawn: SpawnLockHelper, owner: { ended(): void; idle(): void }) {
    this.#owner = owner;
    this.#process = spawn({
      line: (text) => this.#onLine(text),
      ended: (reason) => this.#onEnd(reason),
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whether it gives a lock back and nobody has asked for it yet. */
  get isUnlocking(): boolean {
    return this.#state === "unlocking" && this.#next === undefined;
  }

  /** Serves a request, when the last lock is given back. */
  serve(request: LockRequest, events: LockEvents): void {
    if (this.#state === "unlocking") {
      this.#next = { request, events };
      return;
    }
    this.#state = "waiting";
    this.#events = events;
    this.#process.send(encodeLockRequest(request));
  }

  /** Ends the request of `events`, if this helper still serves it. */
  release(events: LockEvents): void {
    if (this.#next?.events === events) this.#next = undefined;
    if (this.#events !== events) return;
    this.#events = undefined;
    if (this.#state === "held") {
      this.#state = "unlocking";
      this.#process.send(UNLOCK);
    } else {
      this.#process.kill();
    }
  }

  /** Ends the process; nobody is told. */
  abandon(): void {
    this.#events = undefined;
    this.#next = undefined;
    if (this.#state !== "ended") this.#process.kill();
  }

  #onLine(text: string): void {
    if (text === LOCKED && this.#state === "waiting") {
      this.#state = "held";
      this.#events?.locked();
    } else if (text.startsWith(FAILED) && this.#state === "waiting") {
      const events = this.#rest();
      events?.failed(text.slice(FAILED.length + 1));
    } else if (text === UNLOCKED && this.#state === "unlocking") {
      this.#rest();
    } else {
      this.#process.kill(); // It is not what we think it is.
    }
  }

  #rest(): LockEvents | undefined {
    const events = this.#events;
    this.#events = undefined;
    this.#state = "idle";
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) this.#owner.idle();
    else this.serve(next.request, next.events);
    return events;
  }

  #onEnd(reason: string): void {
    const state = this.#state;
    const events = this.#events;
    const next = this.#next;
    this.#state = "ended";
    this.#events = undefined;
    this.#next = undefined;
    this.#owner.ended();
    if (state === "held") events?.lost(reason);
    else if (state === "waiting") events?.failed(reason);
    next?.events.failed(reason);
  }
}
