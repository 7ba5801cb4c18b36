import assert from "node:assert/strict";
import fc from "fast-check";
import { splitValue } from "../../../lib/records/header.ts";
import type { Tdb } from "../../../lib/tdb/mod.ts";
import { recordValue, RO_FLAGS } from "../../../lib/wire/mod.ts";
import { bytes, type FakeClient, FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { keyWaits } from "../../../lib/records/locks/key-wait.ts";
import { pendingDmaster } from "../../../lib/records/calls/pending-dmaster.ts";

const DB = "count.tdb";
const NODES = 3;
const CLIENTS = 3;

/** A small generator, so that a failure can be played again from its seed. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/**
 * A process as smbd is: locks the chain, and if the record is here adds one to it, after holding it
 * for a while; else asks its daemon and tries again.
 */
class Counter {
  done = 0;
  readonly client: FakeClient;
  readonly #tdb: Tdb;
  #replies = 0;
  #asked = false;

  constructor(
    readonly node: FakeNode,
    readonly keys: readonly string[],
    readonly rounds: number,
    readonly random: (limit: number) => number,
  ) {
    this.client = node.connect();
    this.#tdb = node.openAs(`smbd of node ${node.pnn}`, DB);
    this.#later();
  }

  get finished(): boolean {
    return this.done === this.rounds;
  }

  #later(): void {
    this.node.cluster.clock.setTimer(1 + this.random(3), () => this.#step());
  }

  #step(): void {
    if (this.finished) return;
    if (this.#asked && this.client.received.length === this.#replies) return this.#later();
    this.#asked = false;
    this.#replies = this.client.received.length;
    const key = this.keys[this.done % this.keys.length]!;
    if (!this.#tdb.tryChainLock(bytes(key))) return this.#later();
    const value = this.#tdb.fetch(bytes(key));
    const record = value === undefined ? undefined : splitValue(value);
    const mine = record?.header.dmaster === this.node.pnn &&
      (record.header.flags & RO_FLAGS) === 0;
    if (!mine) {
      this.#tdb.chainUnlock(bytes(key));
      this.node.call(this.client, DB, key);
      this.#asked = true;
      return this.#later();
    }
    this.node.cluster.clock.setTimer(this.random(4), () => {
      const next = Number(text(record.data) || "0") + 1;
      this.#tdb.store(bytes(key), recordValue(record.header, bytes(String(next))));
      this.#tdb.chainUnlock(bytes(key));
      this.done++;
      this.#later();
    });
  }
}

function countTogether(seed: number, keyCount: number): void {
  const random = randomFrom(seed);
  const cluster = new FakeCluster(new VirtualClock(), NODES);
  cluster.attach(DB, "DB_ATTACH");
  cluster.latency_ms = () => random(4);
  const keys = Array.from({ length: keyCount }, (_, i) => `key${i}`);
  const rounds = 6 * keyCount;
  const counters = cluster.nodes.flatMap((node) =>
    Array.from({ length: CLIENTS }, () => new Counter(node, keys, rounds, random))
  );
  for (let i = 0; i < 200 && !counters.every(({ finished }) => finished); i++) cluster.run(100);
  assert.ok(counters.every(({ finished }) => finished), "everybody got its turns");
  cluster.run(100);

  for (const key of keys) {
    const copies = cluster.nodes.map((node) => ({ pnn: node.pnn, copy: node.record(DB, key) }));
    const owners = copies.filter(({ pnn, copy }) => copy?.header.dmaster === pnn);
    assert.equal(owners.length, 1, `owners of ${key}`);
    const [owner] = owners;
    assert.equal(Number(owner!.copy!.data), NODES * CLIENTS * 6, `updates of ${key}`);
    for (const { pnn, copy } of copies) {
      const stale = pnn === owner!.pnn || copy === undefined ||
        copy.header.rsn < owner!.copy!.header.rsn;
      assert.ok(stale, `the owner's copy of ${key} is the newest`);
    }
  }
  for (const node of cluster.nodes) {
    const db = node.database(DB);
    assert.deepEqual(node.recoveries, []);
    assert.equal(node.count("pendingCalls"), 0);
    assert.equal(db.parking.packets, 0);
    assert.equal(keyWaits.of(db).size + pendingDmaster.of(db).size, 0);
    assert.equal(node.count("locks.current"), 0);
  }
}

Deno.test("no update is lost, whatever the delays: many processes count on few records", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), countTogether),
    { numRuns: 15 },
  );
});
