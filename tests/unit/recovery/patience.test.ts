import assert from "node:assert/strict";
import { createLogger, type Procedure, run, wait } from "../../../lib/base/mod.ts";
import type { NodeClient } from "../../../lib/client/mod.ts";
import { LONGEST_COMMIT_EACH_RECORD_MS, MAX_PULL_TIMEOUTS } from "../../../lib/limits/mod.ts";
import { recoverDatabase } from "../../../lib/recovery/recover-database.ts";
import { RecoveryRun } from "../../../lib/recovery/recovery-run.ts";
import { HeapScratch } from "../../../lib/records/mod.ts";
import { type LiveControlName, RecordBufferWriter, recordValue } from "../../../lib/wire/mod.ts";

const DATABASE = { dbId: 7, flags: 0, readonly: false, holders: [0] };
const RECOVER_TIMEOUT_S = 30;

/** A cluster of one node that has so many records; returns the time-out of each control. */
function recover(records: number): ReadonlyMap<LiveControlName, number | undefined> {
  const timeouts = new Map<LiveControlName, number | undefined>();
  let receive: (data: Uint8Array) => void = () => {};
  const buffer = () => {
    const writer = new RecordBufferWriter(DATABASE.dbId);
    const value = recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, new Uint8Array(8));
    for (let i = 0; i < records; i++) writer.append(new TextEncoder().encode(`record ${i}`), value);
    return writer.finish();
  };
  const reply = (name: LiveControlName) => {
    if (name === "GET_DBNAME") return "large.tdb";
    if (name !== "DB_PULL") return name === "DB_PUSH_CONFIRM" ? records : undefined;
    receive(buffer());
    return records;
  };
  const client = {
    pnn: 0,
    *control(
      _pnn: number,
      name: LiveControlName,
      _request: unknown,
      options?: { timeout_ms?: number },
    ) {
      yield* wait<void>((done) => done());
      timeouts.set(name, options?.timeout_ms);
      return reply(name);
    },
    controlNoReply: () => {},
    message: () => {},
    subscribe: () => () => {},
    borrow: (_srvid: bigint, handler: (data: Uint8Array) => void) => {
      receive = handler;
      return () => {};
    },
  } as unknown as NodeClient;
  const recovery = new RecoveryRun({
    client,
    log: createLogger(() => {}, () => 0),
    tunable: (name) => name === "RecoverTimeout" ? RECOVER_TIMEOUT_S : 1_000_000,
    nextSrvid: () => 1n,
    *pause(): Procedure<void> {},
    scratch: () => new HeapScratch(),
    now: () => 0,
  }, 5);
  recovery.nodes = [0];
  let recovered: boolean | undefined;
  run(recoverDatabase(recovery, DATABASE), {
    guard: () => undefined,
    done: (ok) => void (recovered = ok),
    failed: (error) => {
      throw error;
    },
  });
  assert.equal(recovered, true);
  return timeouts;
}

Deno.test("a commit may take longer the more records there are, a pull as long as its node is there", () => {
  const usual_ms = RECOVER_TIMEOUT_S * 1000;
  for (const records of [1, 20_000]) {
    const timeouts = recover(records);
    assert.equal(
      timeouts.get("DB_TRANSACTION_COMMIT"),
      usual_ms + records * LONGEST_COMMIT_EACH_RECORD_MS,
    );
    assert.equal(timeouts.get("DB_PULL"), usual_ms * MAX_PULL_TIMEOUTS);
    assert.equal(timeouts.get("DB_FREEZE"), usual_ms);
  }
});
