import type { ReportOptions } from "./options.ts";

/** How fast locks came, in pieces of about a tenth of a second. */
export class RateSamples {
  /** Bounded by the longest run that a report may last. */
  readonly #rates: number[] = [];
  #locks = 0;

  add(locks: number, elapsed_ms: number): void {
    this.#locks += locks;
    this.#rates.push((locks * 1000) / elapsed_ms);
  }

  get locks(): number {
    return this.#locks;
  }

  /** Rates below which `percents` of the samples lie, in locks per second. */
  percentiles(percents: readonly number[]): number[] {
    const sorted = this.#rates.toSorted((a, b) => a - b);
    return percents.map((percent) => {
      const rank = Math.ceil((percent / 100) * sorted.length) - 1;
      return Math.round(sorted[Math.max(0, rank)] ?? 0);
    });
  }
}

/** What the increments say about the data. */
export interface Verdict {
  coherent: boolean;
  words: string;
}

/**
 * Judges the increments that one instance sees.
 *
 * An instance that holds byte i takes byte i+1 before it lets go, so that nobody can overtake:
 * between two visits of a byte every other instance was there exactly once, and with k instances
 * the byte has grown by k. Starting or ending an instance moves that by one, for all bytes that
 * follow. What can never be is that the increment leaves its value and comes back within one lap.
 */
export class CoherenceJudge {
  readonly #lap: number;
  #seen = 0;
  #highest = 0;
  #run = { increment: 0, length: 0 };
  /** The increment of the run before this one; -1 before the second run. */
  #before = -1;
  #glitch: string | undefined;

  /** @param lap how many bytes an instance visits before it comes back to the first */
  constructor(lap: number) {
    this.#lap = lap;
  }

  /** The increment of one visit, 0 to 255. */
  add(increment: number): void {
    this.#seen++;
    if (increment === this.#run.increment && this.#run.length > 0) {
      this.#run.length++;
      return;
    }
    if (this.#run.length > 0) this.#endRun(increment);
    this.#run = { increment, length: 1 };
    if (increment > this.#highest) this.#highest = increment;
  }

  /** @param instances how many instances there were, if that is known */
  verdict(instances: number | undefined): Verdict {
    if (this.#seen === 0) return { coherent: true, words: "not tested: use -r and -w" };
    if (this.#glitch !== undefined) return { coherent: false, words: this.#glitch };
    const highest = this.#highest;
    if (highest === 0 || highest > 127) {
      return { coherent: false, words: "INCOHERENT: our own writes do not come back" };
    }
    if (instances === undefined) {
      const who = highest === 1 ? "1 instance was" : `${highest} instances were`;
      return { coherent: true, words: `coherent if ${who} running at the same time` };
    }
    if (instances === highest) {
      return { coherent: true, words: `coherent: every visit saw the writes of all ${instances}` };
    }
    return {
      coherent: false,
      words: `INCOHERENT: writes of ${highest} of ${instances} instances came through`,
    };
  }

  #endRun(next: number): void {
    const { increment, length } = this.#run;
    const extreme = this.#before >= 0 && (this.#before < increment) === (next < increment);
    if (extreme && length < this.#lap) {
      this.#glitch ??= `INCOHERENT: increments went ${this.#before}, ${increment}, ${next}` +
        ` within one lap`;
    }
    this.#before = increment;
  }
}

/** The report as it is printed, and whether all was well. */
export function writeReport(
  options: ReportOptions,
  rates: RateSamples,
  locking: string | undefined,
  verdict: Verdict,
): { text: string; coherent: boolean } {
  const percents = [0, 5, 50, 95, 100];
  const names = ["min", "5%", "50%", "95%", "max"];
  const values = rates.percentiles(percents).map((rate, at) => `${names[at]} ${rate}`).join("  ");
  const text = `
Report
  locks      ${rates.locks} in ${options.duration_s} s
  locks/sec  ${values}
  locking    ${locking ?? "no lock was refused or lost"}
  data       ${verdict.words}
`;
  return { text, coherent: locking === undefined && verdict.coherent };
}
