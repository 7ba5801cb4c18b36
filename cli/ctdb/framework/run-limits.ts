import { CtdbError, setLateTimer, type Timer } from "../../../lib/base/mod.ts";
import { LONGEST_TIMER_MS } from "../../../lib/limits/mod.ts";
import type { ProgramIo } from "../../io.ts";
import { parseU64 } from "../../numbers.ts";
import type { ToolOptions } from "./options.ts";

const DEFAULT_RUN_TIME_S = 120;

/**
 * Listening to signals costs more than a short command. Scripts pay for it once the command lasts;
 * until then a signal ends the program as ever. A person at a terminal gets the line at once.
 */
const LISTEN_AFTER_MS = 30;

/** The program has run for as long as it may. */
export class MaximumRunTime extends CtdbError {}

/** The user wants no more of it. */
export class Interrupted extends CtdbError {}

/**
 * How long the program may run: `-T`, else `CTDB_TIMEOUT`, else two minutes, or for an `endless`
 * command as long as it likes. `undefined`: the variable is no number.
 */
export function runTimeLimit_s(
  options: ToolOptions,
  env: ProgramIo["env"],
  endless = false,
): number | undefined {
  if (options.maxRunTime_s > 0) return options.maxRunTime_s;
  const usual_s = endless ? Infinity : DEFAULT_RUN_TIME_S;
  const variable = env["CTDB_TIMEOUT"];
  if (variable === undefined) return usual_s;
  const value = parseU64(variable);
  return value === 0n ? usual_s : value === undefined ? undefined : Number(value);
}

/** Ends a command that runs too long or is interrupted with Ctrl-C. */
export class RunLimits implements Disposable {
  readonly #controller = new AbortController();
  readonly #timers: readonly Timer[];
  readonly #onInterrupt = () => this.#controller.abort(new Interrupted("run: interrupted"));
  #listens = false;

  constructor(limit_s: number, io: ProgramIo) {
    const delay_ms = Math.min(limit_s * 1000, LONGEST_TIMER_MS);
    const tooLong = () =>
      this.#controller.abort(new MaximumRunTime(`run for longer: ${limit_s} s`));
    // Inside a test the signals are those of the test runner.
    const catches = io.children === "inherit";
    const atOnce = catches && io.isTerminal("stderr");
    if (atOnce) this.#listen();
    this.#timers = [
      setLateTimer(delay_ms, tooLong),
      ...(catches && !atOnce ? [setLateTimer(LISTEN_AFTER_MS, () => this.#listen())] : []),
    ];
  }

  #listen(): void {
    this.#listens = true;
    Deno.addSignalListener("SIGINT", this.#onInterrupt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result of `command`, unless the limits end it before. */
  async race<T>(command: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => reject(this.signal.reason);
    this.signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([command, promise]);
    } catch (error) {
      // What the command runs into after its end is news to nobody.
      if (this.signal.aborted) command.catch(() => {});
      throw this.signal.aborted ? this.signal.reason : error;
    } finally {
      this.signal.removeEventListener("abort", stop);
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer.cancel();
    if (this.#listens) Deno.removeSignalListener("SIGINT", this.#onInterrupt);
  }
}
