import assert from "node:assert/strict";
import fc from "fast-check";
import { DeleteQueue } from "../../../lib/records/delete-queue.ts";
import { FetchQueue } from "../../../lib/records/vacuum/fetch-queue.ts";
import { hashKey } from "../../../lib/wire/mod.ts";

/** Pairs that the protocol's hash does not tell apart, and others. */
const PAIRS = [["k69209", "k155448"], ["k192421", "k227042"], ["k92415", "k257792"]] as const;
const key = fc.constantFrom(...PAIRS.flat(), "", "a", "b", "a longer key that is nothing else");
const header = fc.record({
  rsn: fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
  dmaster: fc.nat(3),
  flags: fc.integer({ min: 0, max: 0xffff_ffff }),
}, { noNullPrototype: true });

type Header = { rsn: bigint; dmaster: number; flags: number };
/** What a queue holds, by the hashes of its keys. */
type Held = Map<number, { key: string; header: Header }>;

const bytes = (text: string) => new TextEncoder().encode(text);
const hashOf = (text: string) => hashKey(bytes(text));

function held(queue: DeleteQueue): Held {
  const found: Held = new Map();
  for (const entry of queue.entries()) {
    const key = new TextDecoder().decode(queue.key(entry));
    found.set(hashOf(key), { key, header: queue.header(entry) });
  }
  assert.equal(queue.size, found.size);
  return found;
}

class Model {
  readonly held: Held = new Map();

  schedule(key: string, header: Header): void {
    const old = this.held.get(hashOf(key));
    if (old === undefined || old.key === key) this.held.set(hashOf(key), { key, header });
  }

  remove(key: string): void {
    if (this.held.get(hashOf(key))?.key === key) this.held.delete(hashOf(key));
  }
}

type Deed = ["schedule" | "remove", string, Header];

function done(deeds: readonly Deed[]): { queue: DeleteQueue; model: Model } {
  const made = { queue: new DeleteQueue(), model: new Model() };
  for (const [what, key, header] of deeds) {
    made.queue[what](bytes(key), header);
    made.model[what](key, header);
  }
  return made;
}

const deeds = fc.array(fc.tuple(fc.constantFrom("schedule", "schedule", "remove"), key, header));

Deno.test("the keys of the pairs have one hash", () => {
  for (const [one, other] of PAIRS) assert.equal(hashOf(one), hashOf(other));
});

Deno.test("a delete queue holds one entry for each hash: the first key, its newest header", () => {
  fc.assert(fc.property(deeds, (deeds) => {
    const { queue, model } = done(deeds as Deed[]);
    assert.deepEqual(held(queue), model.held);
  }));
});

Deno.test("what a run leaves is joined with what came since, which counts more", () => {
  fc.assert(fc.property(deeds, deeds, fc.array(key), (before, since, decided) => {
    const taken = done(before as Deed[]);
    for (const key of decided) {
      for (const entry of taken.queue.entries()) {
        if (new TextDecoder().decode(taken.queue.key(entry)) === key) taken.queue.delete(entry);
      }
      taken.model.remove(key);
    }
    const newer = done(since as Deed[]);
    const joined = DeleteQueue.joined(taken.queue, newer.queue);
    assert.deepEqual(held(joined), new Map([...taken.model.held, ...newer.model.held]));
  }));
});

Deno.test("a full delete queue takes newer headers and nothing else, also when queues are joined", () => {
  const full = new DeleteQueue({ records: 2, bytes: 100_000 });
  const plain = { rsn: 1n, dmaster: 0, flags: 0 };
  for (const key of ["a", "b", "c"]) full.schedule(bytes(key), plain);
  full.schedule(bytes("a"), { ...plain, rsn: 2n });
  const rsns = (queue: DeleteQueue) =>
    [...held(queue).values()].map(({ key, header }) => `${key} ${header.rsn}`).sort();
  assert.deepEqual(rsns(full), ["a 2", "b 1"]);
  const other = new DeleteQueue({ records: 2, bytes: 100_000 });
  other.schedule(bytes("b"), { ...plain, rsn: 5n });
  assert.deepEqual(rsns(DeleteQueue.joined(full, other)), ["a 2", "b 5"]);
});

Deno.test("a fetch queue holds one key for each hash, the newest", () => {
  fc.assert(fc.property(fc.array(key), (keys) => {
    const queue = new FetchQueue();
    const model = new Map<number, string>();
    for (const key of keys) {
      queue.add(bytes(key));
      model.set(hashOf(key), key);
    }
    const found = [...queue.keys()].map((key) => new TextDecoder().decode(key));
    assert.deepEqual(found.sort(), [...model.values()].sort());
    assert.equal(queue.size, model.size);
  }));
});
