import assert from "node:assert/strict";
import type { ClusterClient } from "../../../lib/client/mod.ts";
import { type GLockRecords, lockGlobally } from "../../../lib/client/g-lock.ts";
import type { LockedRecord } from "../../../lib/client/locked-record.ts";
import { endOwner, newOwner } from "../../../lib/client/lock-owners.ts";

/** One record that is locked whenever it is fetched: enough for the lock that lies in it. */
function oneRecord(): GLockRecords {
  let value: Uint8Array | undefined;
  const record = {
    get value() {
      return value;
    },
    store: (next: Uint8Array) => void (value = next.slice()),
    delete: () => void (value = undefined),
    [Symbol.dispose]: () => {},
  };
  return { fetchLocked: () => Promise.resolve(record as unknown as LockedRecord) };
}

/** A daemon whose every client lives. */
const client = { control: () => Promise.resolve() } as unknown as ClusterClient;

Deno.test("owners of one program differ, on whichever connection", () => {
  const [one, other] = [newOwner(0), newOwner(0)];
  assert.notEqual(one.taskId, other.taskId);
  assert.notEqual(one.uniqueId, other.uniqueId);
  endOwner(one);
  endOwner(other);
});

Deno.test("what an owner held whose daemon was killed is taken over by another of its program", async () => {
  const records = oneRecord();
  const dead = newOwner(1);
  await lockGlobally(client, records, "lock", { owner: dead });
  const owner = newOwner(1);
  const waiting = lockGlobally(client, records, "lock", { owner, signal: AbortSignal.timeout(20) });
  await assert.rejects(waiting, { name: "TimeoutError" });
  endOwner(dead);
  const unlock = await lockGlobally(client, records, "lock", { owner });
  await unlock();
  endOwner(owner);
});

Deno.test("of an owner of another program, whose process lives, nothing is taken", async () => {
  const records = oneRecord();
  const theirs = { ...newOwner(1), uniqueId: 7n };
  await lockGlobally(client, records, "lock", { owner: theirs });
  const waiting = lockGlobally(client, records, "lock", {
    owner: newOwner(1),
    signal: AbortSignal.timeout(20),
  });
  await assert.rejects(waiting, { name: "TimeoutError" });
});
