import { LogLevel, type Timer } from "../../base/mod.ts";
import { FETCH_SLICE_KEYS, FETCH_WINDOW_CALLS } from "../../limits/mod.ts";
import { CallFlag, CallId, readRecordHeader, RECORD_HEADER_SIZE } from "../../wire/mod.ts";
import { CallState } from "../calls/call-state.ts";
import { inFlight, InFlightFetch } from "../calls/fetch-collapse.ts";
import { NO_DATA } from "../header.ts";
import { keyInLog } from "../key-text.ts";
import type { RunContext } from "./run-context.ts";
import { afterPause, type Step, type StepDone } from "./step.ts";
import { underChain } from "./tombstone.ts";
import { RecordsCount } from "../statistics.ts";

/** Who owns the record whose value is [start, end) of `bytes`, if it is one. */
function dmasterIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  return end - start < RECORD_HEADER_SIZE ? undefined : readRecordHeader(bytes, start)?.dmaster;
}

/** Calls of the daemon itself have no client; no client has this id. */
const NO_CLIENT = { id: 0, reqid: 0, callid: CallId.NULL };

/**
 * Pulls the records that other nodes want deleted, being the lmaster of them (`records.md` 10.3). A
 * record that arrives empty is put into the delete queue by the store rule, for the next run.
 */
export function fetchStep(run: RunContext, done: StepDone): Step {
  const step = new FetchStep(run, done);
  step.next();
  return step;
}

class FetchStep implements Step {
  readonly #run: RunContext;
  readonly #done: StepDone;
  readonly #keys: Iterator<Uint8Array>;
  readonly #underWay = new Set<CallState>();
  #pause: Timer | undefined;
  #ended = false;

  constructor(run: RunContext, done: StepDone) {
    this.#run = run;
    this.#done = done;
    this.#keys = run.toFetch.keys();
  }

  /** Calls for as many records as there is room for. */
  next(): void {
    this.#pause = undefined;
    if (this.#ended) return;
    for (let i = 0; i < FETCH_SLICE_KEYS && this.#underWay.size < FETCH_WINDOW_CALLS; i++) {
      const { value: key, done } = this.#keys.next();
      if (!done) {
        this.#fetch(key);
      } else if (this.#underWay.size > 0) {
        return;
      } else {
        this.#ended = true;
        return this.#done(true);
      }
    }
    if (this.#underWay.size < FETCH_WINDOW_CALLS) this.#later();
  }

  /** Gives up the calls; a record that is on its way is stored all the same when it arrives. */
  cancel(): void {
    this.#ended = true;
    this.#pause?.cancel();
    for (const state of [...this.#underWay]) this.#run.calls.fail(state);
  }

  #later(): void {
    if (this.#ended) return;
    this.#pause ??= afterPause(this.#run.host, () => this.next());
  }

  #fetch(key: Uint8Array): void {
    const { host, locks, db, counts } = this.#run;
    const owner = underChain(
      host,
      locks,
      db,
      key,
      () => db.tdb.readLocked(key, dmasterIn) ?? host.pnn,
    );
    if (owner === undefined) {
      counts.busy++;
      db.fetchQueue.add(key);
    } else if (owner !== host.pnn && !inFlight.of(db).has(key)) {
      counts.fetched++;
      this.#call(key, owner);
    }
  }

  #call(key: Uint8Array, owner: number): void {
    const { host, db, stats, calls } = this.#run;
    const state: CallState = new CallState({
      db,
      key,
      flags: CallFlag.IMMEDIATE_MIGRATION | CallFlag.VACUUM_MIGRATION,
      callid: CallId.NULL,
      calldata: NO_DATA,
      client: NO_CLIENT,
      startedAt_ms: host.clock.now(),
      over: () => {
        this.#underWay.delete(state);
        this.#later();
      },
    });
    if (host.tunable("FetchCollapse") === 1) {
      state.fetch = new InFlightFetch(host, db, key);
    }
    if (host.log.level >= LogLevel.INFO) {
      const shown = keyInLog(key, host.log.level >= LogLevel.DEBUG);
      host.log.info(`Vacuum Fetch record, key=${shown}`);
    }
    stats.count(RecordsCount.clientReqCall);
    stats.count(RecordsCount.totalCalls);
    stats.gauge(RecordsCount.pendingCalls, 1);
    this.#underWay.add(state);
    calls.start(state, owner);
  }
}
