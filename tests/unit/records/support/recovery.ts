import assert from "node:assert/strict";
import {
  decode,
  recordBuffer,
  RecordBufferWriter,
  RecordFlag,
  recordValue,
  RecoveryMode,
} from "../../../../lib/wire/mod.ts";
import { type FetchedRecord, splitValue } from "../../../../lib/records/header.ts";
import { keyText } from "../../../../lib/records/key-text.ts";
import type { FakeCluster, FakeNode } from "./fake-node.ts";

const PULL = 0xf001000000000011n;
const PUSH = 0xf001000000000012n;
const LEADER = 0;

/** A whole recovery of one volatile database, as the leader does it; some seconds pass. */
export function recoverVolatile(cluster: FakeCluster, name: string): void {
  const { nodes } = cluster;
  const tid = cluster.node(LEADER).generation + 1;
  const dbId = cluster.node(LEADER).database(name).id;
  setMode(nodes, RecoveryMode.ACTIVE);
  for (const node of nodes) node.ask("DB_FREEZE", dbId);
  for (const node of nodes) node.ask("DB_TRANSACTION_START", { dbId, tid });
  const { buffer, count } = collect(cluster, dbId);
  for (const node of nodes) {
    node.generation = tid;
    node.ask("WIPE_DATABASE", { dbId, tid });
    node.ask("DB_PUSH_START", { dbId, lmaster: LEADER, srvid: PUSH });
    node.handlers.get(PUSH)!(buffer);
    assert.equal(node.ask("DB_PUSH_CONFIRM", dbId), count);
  }
  for (const node of nodes) node.ask("DB_TRANSACTION_COMMIT", { dbId, tid });
  for (const node of nodes) node.ask("DB_THAW", dbId);
  setMode(nodes, RecoveryMode.NORMAL);
}

function setMode(nodes: readonly FakeNode[], mode: number): void {
  for (const node of nodes) {
    node.recoveryMode = mode;
    node.records.recoveryModeChanged(mode);
  }
}

/** The newest copy of each record that has data, as the leader's own from now on. */
function collect(cluster: FakeCluster, dbId: number): { buffer: Uint8Array; count: number } {
  const leader = cluster.node(LEADER);
  const newest = new Map<string, { key: Uint8Array; record: FetchedRecord }>();
  leader.handlers.set(PULL, (data) => {
    for (const { key, data: value } of decode(recordBuffer, data).records) {
      const record = splitValue(value);
      assert.ok(record);
      const known = newest.get(keyText(key))?.record.header;
      const newer = known === undefined || record.header.rsn > known.rsn ||
        (record.header.rsn === known.rsn && known.dmaster === LEADER);
      if (newer) newest.set(keyText(key), { key, record });
    }
  });
  for (const node of cluster.nodes) {
    node.ask("DB_PULL", { dbId, lmaster: LEADER, srvid: PULL }, { srcnode: LEADER });
  }
  const writer = new RecordBufferWriter(dbId);
  for (const { key, record: { header, data } } of newest.values()) {
    const flags = (header.flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0;
    if (data.length > 0) {
      writer.append(key, recordValue({ ...header, dmaster: LEADER, flags }, data));
    }
  }
  const { count } = writer;
  return { buffer: writer.finish(), count };
}
