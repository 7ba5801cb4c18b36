import type { Clock, Timer } from "./clock.ts";
import { CtdbError, InvariantError } from "./errors.ts";

/**
 * Begins something that comes to its end in a later turn, or at once. Of `done` and `failed` one is
 * called, once. What is returned takes it back: neither is called after that.
 */
export type Begin<T> = (
  done: (value: T) => void,
  failed: (error: unknown) => void,
) => (() => void) | void;

/** What a procedure hands to its runner when it waits. */
export interface Wait {
  readonly begin: (
    done: (value: unknown) => void,
    failed: (error: unknown) => void,
    root: ProcedureRun,
  ) => (() => void) | void;
}

/**
 * A sequence of steps that reads from top to bottom and waits between them without a promise: a
 * generator, resumed inside of the turn that brings what it waits for. It calls others by `yield*`.
 *
 * @example
 * ```ts ignore
 * function* leave(client: NodeClient): Procedure<void> {
 *   const map = yield* client.control(1, "GET_NODEMAP", undefined);
 *   yield* sleep(clock, 100);
 * }
 * ```
 */
export type Procedure<T> = Generator<Wait, T, unknown>;

/** A procedure may not go on; the message says why. */
export class Cancelled extends CtdbError {}

/** Throws again what no procedure may catch and go on from: its own end, and a broken invariant. */
export function rethrowFinal(error: unknown): void {
  if (error instanceof Cancelled || error instanceof InvariantError) throw error;
}

/** How a procedure is run. */
export interface RunOptions<T> {
  /** Why it may not go on, or `undefined`. Asked again each time before it goes on. */
  readonly guard?: () => string | undefined;
  /** It has come to its end. */
  readonly done?: (value: T) => void;
  /** It has thrown, {@link Cancelled} when it was ended. A broken invariant never comes here. */
  readonly failed: (error: unknown) => void;
}

/** A procedure that runs. */
export interface ProcedureRun {
  /** Ends it where it waits. Its `finally` blocks run; what they would wait for is not waited for. */
  cancel(reason: string): void;
}

/** Runs a procedure until it waits, and from there on whenever that has come. */
export function run<T>(procedure: Procedure<T>, options: RunOptions<T>): ProcedureRun {
  const running = new Running(procedure, options, undefined);
  running.start();
  return running;
}

/** Waits for what `begin` begins. */
export function* wait<T>(begin: Begin<T>): Procedure<T> {
  return (yield { begin }) as T;
}

/** Waits for a time. */
export function sleep(clock: Clock, delay_ms: number): Procedure<void> {
  return wait((done) => {
    const timer: Timer = clock.setTimer(delay_ms, () => done());
    return () => timer.cancel();
  });
}

/** What became of one of several procedures. */
export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Runs procedures side by side and waits for the end of each; failures are values. */
export function* settle<T>(procedures: readonly Procedure<T>[]): Procedure<Settled<T>[]> {
  const begin: Wait["begin"] = (done, _failed, root) => {
    const results: Settled<T>[] = new Array(procedures.length);
    const children: Running<T>[] = [];
    let left = procedures.length + 1;
    const one = () => {
      if (--left === 0) done(results);
    };
    const settled = (i: number, result: Settled<T>) => {
      results[i] = result;
      one();
    };
    procedures.forEach((procedure, i) => {
      const child = new Running(procedure, {
        done: (value) => settled(i, { ok: true, value }),
        failed: (error) => settled(i, { ok: false, error }),
      }, root as Running<unknown>);
      children.push(child);
      child.start();
    });
    one();
    return () => {
      for (const child of children) child.cancel("what it was part of has ended");
    };
  };
  return (yield { begin }) as Settled<T>[];
}

/** Runs procedures side by side; throws the first failure, in their order, when all have ended. */
export function* all<T>(procedures: readonly Procedure<T>[]): Procedure<T[]> {
  const results = yield* settle(procedures);
  return results.map((result) => {
    if (!result.ok) throw result.error;
    return result.value;
  });
}

/** A procedure that swallows its own end is ended for good after so many times. */
const LAST_WARNING = 100;

class Running<T> implements ProcedureRun {
  readonly #procedure: Procedure<T>;
  readonly #options: RunOptions<T>;
  /** The run that this one is part of, whose guard counts; itself when it is part of none. */
  readonly #root: Running<unknown>;
  #state: "new" | "active" | "waiting" | "over" = "new";
  #stop: (() => void) | undefined;
  #cancelled: Cancelled | undefined;

  constructor(
    procedure: Procedure<T>,
    options: RunOptions<T>,
    root: Running<unknown> | undefined,
  ) {
    this.#procedure = procedure;
    this.#options = options;
    this.#root = root ?? (this as Running<unknown>);
  }

  start(): void {
    if (this.#state === "new") this.#go(() => this.#procedure.next());
  }

  cancel(reason: string): void {
    if (this.#state === "over" || this.#cancelled !== undefined) return;
    const error = this.#cancelled = new Cancelled(reason);
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    // While it is active it finds out at its next wait.
    if (this.#state === "waiting") this.#go(() => this.#procedure.throw(error));
    else if (this.#state === "new") this.#over(() => this.#options.failed(error));
  }

  /** Takes steps until one has to be waited for. */
  #go(first: () => IteratorResult<Wait, T>): void {
    let step: (() => IteratorResult<Wait, T>) | undefined = first;
    let warnings = 0;
    while (step !== undefined) {
      this.#state = "active";
      let result: IteratorResult<Wait, T>;
      try {
        result = step();
      } catch (error) {
        return this.#over(() => {
          if (error instanceof InvariantError) throw error;
          this.#options.failed(error);
        });
      }
      if (result.done) return this.#over(() => this.#options.done?.(result.value as T));
      const cancelled: Cancelled | undefined = this.#cancelled;
      if (cancelled === undefined) step = this.#wait(result.value);
      else if (++warnings > LAST_WARNING) return this.#over(() => this.#options.failed(cancelled));
      else step = () => this.#procedure.throw(cancelled);
    }
  }

  /** Begins what is waited for; the next step when it is there at once. */
  #wait({ begin }: Wait): (() => IteratorResult<Wait, T>) | undefined {
    this.#state = "waiting";
    let beginning = true;
    let next: (() => IteratorResult<Wait, T>) | undefined;
    let over = false;
    const come = (step: () => IteratorResult<Wait, T>) => {
      if (over || this.#cancelled !== undefined || this.#state !== "waiting") return;
      over = true;
      this.#stop = undefined;
      if (beginning) next = step;
      else this.#resume(step);
    };
    const failed = (error: unknown) => come(() => this.#procedure.throw(error));
    let stop: (() => void) | void = undefined;
    try {
      stop = begin((value) => come(() => this.#procedure.next(value)), failed, this.#root);
    } catch (error) {
      failed(error);
    }
    beginning = false;
    if (next !== undefined) return next;
    // It was ended while it began to wait.
    if (this.#cancelled !== undefined || over) {
      stop?.();
      return undefined;
    }
    this.#stop = stop ?? undefined;
    return undefined;
  }

  #resume(step: () => IteratorResult<Wait, T>): void {
    const reason = this.#root.#options.guard?.();
    if (reason === undefined) return this.#go(step);
    this.#root.cancel(reason);
    // Where it waits no longer, the root's end has not reached it.
    if (this.#state === "waiting") this.cancel(reason);
  }

  #over(tell: () => void): void {
    this.#state = "over";
    this.#stop = undefined;
    tell();
  }
}
