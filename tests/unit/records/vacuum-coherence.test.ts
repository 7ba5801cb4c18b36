import assert from "node:assert/strict";
import fc from "fast-check";
import { splitValue } from "../../../lib/records/header.ts";
import type { Tdb } from "../../../lib/tdb/mod.ts";
import { recordValue, RO_FLAGS } from "../../../lib/wire/mod.ts";
import { bytes, type FakeClient, FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { recoverVolatile } from "./support/recovery.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "open.tdb";
const NODES = 3;
const KEYS = ["a", "b", "c", "d", "e"];

type Random = (limit: number) => number;

/** A small generator, so that a failure can be played again from its seed. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** What the records must hold: who has one locked sees what the one before has left. */
class Truth {
  readonly #values = new Map<string, string>();
  #last = 0;
  reads = 0;

  check(key: string, data: string, where: string): void {
    this.reads++;
    assert.equal(data, this.#values.get(key) ?? "", `${key} at ${where}`);
  }

  set(key: string): string {
    const value = `value ${++this.#last}`;
    this.#values.set(key, value);
    return value;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}

/** A process as smbd is, which writes and deletes records at random. */
class Process {
  working = true;
  deletingOnly = false;
  readonly client: FakeClient;
  readonly #tdb: Tdb;
  #replies = 0;
  #asked = false;
  #key: string;

  constructor(readonly node: FakeNode, readonly truth: Truth, readonly random: Random) {
    this.client = node.connect();
    this.#tdb = node.openAs(`smbd of node ${node.pnn}`, DB);
    this.#key = this.#anyKey();
    this.#later();
  }

  #anyKey(): string {
    return KEYS[this.random(KEYS.length)]!;
  }

  /** Mostly at once, sometimes after so long that vacuum runs come between. */
  #later(): void {
    const delay_ms = this.random(20) === 0 ? this.random(4000) : 1 + this.random(5);
    this.node.cluster.clock.setTimer(delay_ms, () => this.#step());
  }

  #step(): void {
    if (!this.working) return;
    if (this.#asked && this.client.received.length === this.#replies) return this.#later();
    this.#asked = false;
    this.#replies = this.client.received.length;
    const key = bytes(this.#key);
    if (!this.#tdb.tryChainLock(key)) return this.#later();
    const value = this.#tdb.fetch(key);
    const record = value === undefined ? undefined : splitValue(value);
    const mine = record?.header.dmaster === this.node.pnn &&
      (record.header.flags & RO_FLAGS) === 0;
    if (!mine) {
      this.#tdb.chainUnlock(key);
      this.node.call(this.client, DB, this.#key);
      this.#asked = true;
      return this.#later();
    }
    this.truth.check(this.#key, text(record.data), `node ${this.node.pnn}`);
    const remove = this.deletingOnly || this.random(3) > 0;
    if (remove) this.truth.delete(this.#key);
    const data = remove ? "" : this.truth.set(this.#key);
    this.#tdb.store(key, recordValue(record.header, bytes(data)));
    if (remove) {
      const { id: dbId } = this.node.database(DB);
      this.node.control("SCHEDULE_FOR_DELETION", { dbId, header: record.header, key });
    }
    this.#tdb.chainUnlock(key);
    this.#key = this.#anyKey();
    this.#later();
  }
}

function deleteAndUse(seed: number): void {
  const random = randomFrom(seed);
  const cluster = new FakeCluster(new VirtualClock(), NODES);
  for (const node of cluster.nodes) {
    node.tunables.set("VacuumInterval", 1);
    node.tunables.set("VacuumFastPathCount", 5);
  }
  cluster.attach(DB, "DB_ATTACH");
  cluster.latency_ms = () => random(6);
  const truth = new Truth();
  const processes = cluster.nodes.flatMap((node) => [
    new Process(node, truth, random),
    new Process(node, truth, random),
  ]);
  for (let i = 0; i < 3; i++) {
    cluster.run(3000 + random(3000));
    if (random(2) === 0) recoverVolatile(cluster, DB);
  }
  assert.ok(truth.reads > 100, `records were used: ${truth.reads}`);
  for (const process of processes) process.deletingOnly = true;
  cluster.run(5000);
  for (const process of processes) process.working = false;
  // Several runs on two nodes, and a full one for what was busy.
  cluster.run(20_000);
  for (const node of cluster.nodes) {
    for (const key of KEYS) assert.equal(node.record(DB, key), undefined, `${key} at ${node.pnn}`);
    assert.deepEqual(node.recoveries, []);
    assert.equal(node.count("pendingCalls"), 0);
    assert.equal(node.database(DB).deleteQueue.size, 0);
    assert.ok(node.database(DB).tally.vacuum.value.num > 10);
  }
}

Deno.test("what is deleted vanishes on all nodes and never comes back, recoveries included", () => {
  fc.assert(fc.property(fc.nat(), deleteAndUse), { numRuns: 12 });
});
