import assert from "node:assert/strict";
import { type ClusterClient, ControlError, DatabaseError } from "../../../lib/client/mod.ts";
import { Transaction } from "../../../lib/client/transaction.ts";
import { MAX_UNDONE_COMMITS } from "../../../lib/limits/mod.ts";
import { openMemoryTdb, type Tdb } from "../../../lib/tdb/mod.ts";
import {
  decode,
  encode,
  readRecordHeader,
  type RecordBuffer,
  recordData,
  recordValue,
  SEQNUM_KEY,
  u64,
} from "../../../lib/wire/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A client whose daemon does with a commit what the test says. */
function clientOf(
  commit: (buffer: RecordBuffer) => number,
  node: { recoveryMode: number; generation: number },
): ClusterClient {
  return {
    pnn: 3,
    control: (pnn: number, name: string, request: unknown) => {
      const { recoveryMode, generation } = node;
      if (name === "GET_RECMODE") return Promise.resolve(recoveryMode as never);
      if (name === "GETVNNMAP") return Promise.resolve({ generation, map: [3] } as never);
      assert.equal(name, "TRANS3_COMMIT");
      const status = commit(request as RecordBuffer);
      return status === 0
        ? Promise.resolve(undefined as never)
        : Promise.reject(new ControlError(name, pnn, status, ""));
    },
    controlNoReply: () => {},
    message: () => {},
    subscribe: () => Promise.resolve(() => {}),
  };
}

function apply(tdb: Tdb, { records }: RecordBuffer): void {
  for (const { key, data } of records) tdb.store(key, data);
}

function setUp(commit?: (buffer: RecordBuffer, tdb: Tdb) => number) {
  const tdb = openMemoryTdb();
  const sent: RecordBuffer[] = [];
  const node = { recoveryMode: 0, generation: 77 };
  const client = clientOf((buffer) => {
    sent.push(buffer);
    if (commit !== undefined) return commit(buffer, tdb);
    apply(tdb, buffer);
    return 0;
  }, node);
  const begin = () => new Transaction(client, { id: 1, name: "test.tdb", tdb }, 4);
  return { tdb, sent, begin, node };
}

const seqnum = (tdb: Tdb) => decode(u64, recordData(tdb.fetch(SEQNUM_KEY)!));

Deno.test("a commit carries the changes and the sequence number, each one version newer", async () => {
  const { tdb, sent, begin } = setUp();
  tdb.store(bytes("old"), recordValue({ rsn: 6n, dmaster: 0, flags: 0 }, bytes("was")));
  const transaction = begin();
  transaction.store(bytes("old"), bytes("is"));
  transaction.store(bytes("new"), bytes("here"));
  assert.deepEqual(transaction.fetch(bytes("old")), bytes("is"));
  await transaction.commit();
  const headers = sent[0]!.records.map(({ data }) => readRecordHeader(data)!);
  assert.deepEqual(headers.map(({ rsn }) => rsn), [7n, 1n, 1n]);
  assert.deepEqual(headers.map(({ dmaster }) => dmaster), [3, 3, 3]);
  assert.equal(seqnum(tdb), 1n);
});

Deno.test("a transaction that changes nothing sends nothing", async () => {
  const { tdb, sent, begin } = setUp();
  tdb.store(bytes("key"), recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, bytes("value")));
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  transaction.delete(bytes("never"));
  assert.equal(transaction.changeCount, 0);
  await transaction.commit();
  assert.deepEqual(sent, []);
});

Deno.test("a deleted key is an empty record, and reads as missing", async () => {
  const { tdb, begin } = setUp();
  tdb.store(bytes("key"), recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, bytes("value")));
  const transaction = begin();
  transaction.delete(bytes("key"));
  assert.equal(transaction.fetch(bytes("key")), undefined);
  await transaction.commit();
  assert.equal(recordData(tdb.fetch(bytes("key"))!).length, 0);
});

Deno.test("a commit that is refused for a while is sent again as it was", async () => {
  const { tdb, sent, begin } = setUp((buffer, tdb) => {
    if (sent.length < 3) return -1;
    apply(tdb, buffer);
    return 0;
  });
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await transaction.commit();
  assert.equal(sent.length, 3);
  assert.deepEqual(sent[2], sent[0]);
  assert.equal(seqnum(tdb), 1n);
});

Deno.test("a commit that is refused for good fails, and says by whom", async () => {
  const { sent, begin } = setUp(() => -1);
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await assert.rejects(transaction.commit(), (error: Error) => {
    assert.ok(error instanceof DatabaseError);
    assert.equal(error.message, "Commit, refused by the daemon with status -1: test.tdb");
    return true;
  });
  assert.equal(sent.length, 4);
});

Deno.test("refusals in recoveries, and between them, do not count together", async () => {
  const { sent, begin, node, tdb } = setUp((buffer, tdb) => {
    node.recoveryMode = sent.length < 5 ? 1 : 0;
    if (sent.length > 5) node.generation++;
    if (sent.length < 9) return -1;
    apply(tdb, buffer);
    return 0;
  });
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await transaction.commit();
  assert.deepEqual([sent.length, seqnum(tdb)], [9, 1n]);
});

Deno.test("a commit that a recovery has finished is done", async () => {
  const { tdb, sent, begin } = setUp((buffer, tdb) => {
    apply(tdb, buffer);
    return -1;
  });
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await transaction.commit();
  assert.deepEqual([sent.length, seqnum(tdb)], [1, 1n]);
});

Deno.test("a commit fails when others have gone on in the meantime", async () => {
  const { begin } = setUp((_, tdb) => {
    const value = recordValue({ rsn: 9n, dmaster: 0, flags: 0 }, encode(u64, 9n));
    tdb.store(SEQNUM_KEY, value);
    return -1;
  });
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await assert.rejects(transaction.commit(), DatabaseError);
});

Deno.test("an abort ends the retries of a commit", async () => {
  const { begin } = setUp(() => -1);
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  const reason = new Error("enough");
  const controller = new AbortController();
  queueMicrotask(() => controller.abort(reason));
  await assert.rejects(transaction.commit(controller.signal), reason);
});

Deno.test("a finished transaction can be used no more", async () => {
  const { begin } = setUp();
  const transaction = begin();
  transaction.cancel();
  assert.throws(() => transaction.store(bytes("key"), bytes("value")), DatabaseError);
  await assert.rejects(transaction.commit(), DatabaseError);
});

Deno.test("a commit that recoveries undo time and again fails, and says so", async () => {
  const { sent, begin, node } = setUp(() => {
    node.generation++;
    return 2;
  });
  const transaction = begin();
  transaction.store(bytes("key"), bytes("value"));
  await assert.rejects(transaction.commit(), /^DatabaseError: Commit, refused .* status 2/);
  assert.equal(sent.length, MAX_UNDONE_COMMITS);
});
