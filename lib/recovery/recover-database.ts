import { Cancelled, messageOf, type Procedure, rethrowFinal, settle } from "../base/mod.ts";
import {
  LONGEST_COMMIT_EACH_RECORD_MS,
  MAX_PULL_TIMEOUTS,
  MAX_RECOVERY_MESSAGE_BYTES,
  PUSH_WINDOW_BYTES,
} from "../limits/mod.ts";
import { ControlFlag, DbFlag } from "../wire/mod.ts";
import { CollectedRecords } from "./collected-records.ts";
import { type PushBuffer, pushBuffers } from "./push-buffers.ts";
import { RecoveryError, type RecoveryRun } from "./recovery-run.ts";

/** A database with what the nodes of a recovery say about it. */
export interface RecoveredDatabase {
  readonly dbId: number;
  /** PERSISTENT or REPLICATED; the node-local bits are left out. */
  readonly flags: number;
  /** Some node has read-only copies of its records. */
  readonly readonly: boolean;
  /** Nodes that have it attached. */
  readonly holders: readonly number[];
}

/** Attempts per database and run (`cluster.md` 7.5). */
const ATTEMPTS = 3;

/** Recovers one database; false when every attempt failed. */
export function* recoverDatabase(
  run: RecoveryRun,
  database: RecoveredDatabase,
): Procedure<boolean> {
  const { log } = run.ports;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      yield* attemptDatabase(run, database);
      return true;
    } catch (error) {
      rethrowFinal(error);
      const name = databaseText(run, database.dbId);
      log.error(`Recover database ${name}, attempt ${attempt} of ${ATTEMPTS}: ${messageOf(error)}`);
    }
  }
  return false;
}

/** A database for people: its name, once it is known, and its id. */
export function databaseText(run: RecoveryRun, dbId: number): string {
  const id = `0x${dbId.toString(16).padStart(8, "0")}`;
  const name = run.databaseNames.get(dbId);
  return name === undefined ? id : `${name} (${id})`;
}

function* attemptDatabase(run: RecoveryRun, database: RecoveredDatabase): Procedure<void> {
  const { dbId } = database;
  const { nodes, generation } = run;
  yield* createWhereMissing(run, database, yield* databaseName(run, database));
  yield* run.controlAll(nodes, "DB_FREEZE", dbId, { blame: true });
  const transaction = { dbId, tid: generation };
  yield* run.controlAll(nodes, "DB_TRANSACTION_START", transaction, { blame: true });
  const records = new CollectedRecords(run.leader, run.ports.scratch(), generation);
  let timeout_ms = run.timeout_ms;
  try {
    yield* collect(run, database, records);
    yield* run.controlAll(nodes, "WIPE_DATABASE", transaction, { blame: true });
    // Nothing to send, and nobody whose read-only copies the end of a push would end.
    if (records.size > 0 || database.readonly) yield* push(run, database, records);
    timeout_ms += records.size * LONGEST_COMMIT_EACH_RECORD_MS;
  } finally {
    records.release();
  }
  // Whose disk is full, say: the others shall go on without it, and not try for ever.
  yield* run.controlAll(nodes, "DB_TRANSACTION_COMMIT", transaction, {
    timeout_ms,
    blame: true,
  });
  yield* run.controlAll(nodes, "DB_THAW", dbId);
}

function* databaseName(run: RecoveryRun, database: RecoveredDatabase): Procedure<string> {
  const names = yield* run.controlAll(database.holders, "GET_DBNAME", database.dbId);
  const name = names.get(database.holders[0]!)!;
  run.databaseNames.set(database.dbId, name);
  for (const [pnn, other] of names) {
    if (other === name) continue;
    run.blame(pnn);
    throw new RecoveryError(`Database names differ: "${name}", on node ${pnn} "${other}"`);
  }
  return name;
}

function* createWhereMissing(
  run: RecoveryRun,
  database: RecoveredDatabase,
  name: string,
): Procedure<void> {
  const missing = run.nodes.filter((pnn) => !database.holders.includes(pnn));
  if (missing.length === 0) return;
  yield* run.controlAll(missing, attachControl(database.flags), name, {
    flags: ControlFlag.ATTACH_RECOVERY,
    blame: true,
  });
}

function attachControl(
  flags: number,
): "DB_ATTACH" | "DB_ATTACH_PERSISTENT" | "DB_ATTACH_REPLICATED" {
  if ((flags & DbFlag.PERSISTENT) !== 0) return "DB_ATTACH_PERSISTENT";
  return (flags & DbFlag.REPLICATED) !== 0 ? "DB_ATTACH_REPLICATED" : "DB_ATTACH";
}

/** From all nodes at once: each sends no faster than what it sends is taken. */
function* collect(
  run: RecoveryRun,
  database: RecoveredDatabase,
  records: CollectedRecords,
): Procedure<void> {
  const pnns = yield* sources(run, database);
  const results = yield* settle(pnns.map((pnn) => pull(run, database.dbId, pnn, records)));
  results.forEach((result, i) => {
    if (!result.ok && !(result.error instanceof Cancelled)) run.blame(pnns[i]!);
  });
  for (const result of results) if (!result.ok) throw result.error;
}

/** Volatile databases come from everybody, the others as a whole from who is furthest on. */
function* sources(run: RecoveryRun, database: RecoveredDatabase): Procedure<readonly number[]> {
  if ((database.flags & (DbFlag.PERSISTENT | DbFlag.REPLICATED)) === 0) return run.nodes;
  const seqnums = yield* run.controlAll(run.nodes, "GET_DB_SEQNUM", database.dbId);
  let best = run.nodes[0]!;
  for (const pnn of run.nodes) if (seqnums.get(pnn)! > seqnums.get(best)!) best = pnn;
  return [best];
}

function* pull(
  run: RecoveryRun,
  dbId: number,
  pnn: number,
  records: CollectedRecords,
): Procedure<void> {
  const srvid = run.ports.nextSrvid();
  let received = 0;
  let failure: unknown;
  const unsubscribe = run.ports.client.borrow(srvid, (data) => {
    try {
      const { dbId: pulled, count } = records.addBuffer(data);
      if (pulled !== dbId) throw new RecoveryError(`Pulled the wrong database: ${pulled}`);
      received += count;
    } catch (error) {
      failure = error;
    }
  });
  try {
    const request = { dbId, lmaster: 0xffffffff, srvid };
    const timeout_ms = run.timeout_ms * MAX_PULL_TIMEOUTS;
    const sent = yield* run.control(pnn, "DB_PULL", request, { timeout_ms });
    if (failure !== undefined) throw failure;
    if (sent !== received) {
      throw new RecoveryError(`Pull from node ${pnn}: ${received} records came, ${sent} were sent`);
    }
  } finally {
    unsubscribe();
  }
}

function* push(
  run: RecoveryRun,
  database: RecoveredDatabase,
  records: CollectedRecords,
): Procedure<void> {
  const { dbId, flags } = database;
  const srvid = run.ports.nextSrvid();
  yield* run.controlAll(run.nodes, "DB_PUSH_START", { dbId, lmaster: 0xffffffff, srvid });
  const persistent = (flags & DbFlag.PERSISTENT) !== 0;
  const limit_bytes = Math.min(
    run.ports.tunable("RecBufferSizeLimit"),
    MAX_RECOVERY_MESSAGE_BYTES,
  );
  const sent = yield* sendBuffers(
    run,
    srvid,
    pushBuffers(dbId, records, { persistent, limit_bytes }),
  );
  const confirmed = yield* run.controlAll(run.nodes, "DB_PUSH_CONFIRM", dbId);
  for (const [pnn, count] of confirmed) {
    if (count === sent) continue;
    run.blame(pnn);
    throw new RecoveryError(`Push to node ${pnn}: it stored ${count} records of ${sent}`);
  }
}

function* sendBuffers(
  run: RecoveryRun,
  srvid: bigint,
  buffers: Iterable<PushBuffer>,
): Procedure<number> {
  let sent = 0;
  let underWay_bytes = 0;
  for (const { bytes, count } of buffers) {
    for (const pnn of run.nodes) run.ports.client.message(pnn, srvid, bytes);
    sent += count;
    underWay_bytes += bytes.length;
    if (underWay_bytes < PUSH_WINDOW_BYTES) {
      yield* run.ports.pause();
      continue;
    }
    // Frames stay in order: who answers this has got all before it.
    yield* run.controlAll(run.nodes, "PING", undefined);
    underWay_bytes = 0;
  }
  return sent;
}
