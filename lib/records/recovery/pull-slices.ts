import type { Clock } from "../../base/mod.ts";
import {
  PULL_SLICE_BYTES,
  PULL_SLICE_CHAINS,
  PULL_SLICE_RECORDS,
  RECOVERY_SLICE_MS,
} from "../../limits/mod.ts";
import type { ScanLimit } from "../../tdb/mod.ts";

const FIRST_RECORDS = 8;
const FEWEST_RECORDS = 4;
/** Of a slice's bounds: the first slices read what is not in memory, with code that has not run yet. */
const FIRST_PART = 1 / 16;
const LEAST_PART = 1 / 64;
/** A slice that took less than this of its time can be twice as large. */
const QUICK = 1 / 4;

/** How large the slices of a pull are: by what the records and the slices before have been like. */
export class PullSlices {
  readonly #clock: Pick<Clock, "now">;
  #part = FIRST_PART;
  #records = 0;
  #bytes = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Records so far. */
  get records(): number {
    return this.#records;
  }

  /** There was a record of so many bytes. */
  count(bytes: number): void {
    this.#records++;
    this.#bytes += bytes;
  }

  /** Runs a slice with its limit. */
  run<T>(scan: (limit: ScanLimit) => T): T {
    const begun_ms = this.#clock.now();
    const result = scan(this.#limit());
    const time_ms = this.#clock.now() - begun_ms;
    if (time_ms > RECOVERY_SLICE_MS) this.#part = Math.max(LEAST_PART, this.#part / 2);
    else if (time_ms < RECOVERY_SLICE_MS * QUICK) this.#part = Math.min(1, this.#part * 2);
    return result;
  }

  #limit(): ScanLimit {
    const inBytes = PULL_SLICE_BYTES * this.#records / Math.max(1, this.#bytes);
    const fitting = this.#records === 0
      ? FIRST_RECORDS
      : Math.floor(Math.min(PULL_SLICE_RECORDS, inBytes) * this.#part);
    return {
      records: Math.max(FEWEST_RECORDS, fitting),
      chains: Math.ceil(PULL_SLICE_CHAINS * this.#part),
    };
  }
}
