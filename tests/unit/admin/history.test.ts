/** History on disk: kept over restarts, bounded, and lost without harm. */
import assert from "node:assert/strict";
import { nullLogger } from "../../../lib/base/mod.ts";
import { History, type HistoryPorts, storeSize } from "../../../lib/admin/history/history.ts";
import { openStore } from "../../../lib/admin/history/open-store.ts";
import { Story } from "../../../lib/admin/story/story.ts";

interface Rig extends AsyncDisposable {
  readonly path: string;
  readonly troubles: string[];
  open(ports?: Partial<HistoryPorts>): History;
}

async function rig(): Promise<Rig> {
  const directory = await Deno.makeTempDir({ prefix: "admin-history-" });
  const path = `${directory}/admin/history.kv`;
  const troubles: string[] = [];
  const opened: History[] = [];
  return {
    path,
    troubles,
    open(ports = {}) {
      const history = new History({
        path,
        log: nullLogger,
        trouble: (failure) => troubles.push(failure),
        keep_ms: 60_000,
        limit_bytes: 64 * 1024 * 1024,
        open: openStore,
        size: storeSize,
        ...ports,
      });
      opened.push(history);
      return history;
    },
    async [Symbol.asyncDispose]() {
      for (const history of opened) await history.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const story = () => new Story();

Deno.test("events and samples are there after a restart, in order", async () => {
  await using place = await rig();
  const first = place.open();
  const told = story();
  const events = [0, 1, 2].map((node) => told.record({ kind: "link-up", peer: 9 }, node));
  for (const event of events) first.event(event);
  first.sample([1000, 1, null]);
  first.sample([1060, 2, 0.5]);
  await first.close();
  const second = place.open();
  await second.flush();
  const found = await second.eventsAfter(events[0]!.id, 10);
  assert.deepEqual(found.map(({ node }) => node), [1, 2]);
  assert.equal(found[0]!.text, "node 1 is connected to node 9");
  const now_ms = Date.now();
  const between = await second.eventsBetween(now_ms - 60_000, now_ms + 60_000, 2);
  assert.deepEqual(between.map(({ node }) => node), [1, 2], "the latest two");
  assert.deepEqual(await second.samplesBetween(0, 1059), [[1000, 1, null]]);
  assert.equal(second.lost, undefined);
});

Deno.test("more than fits into one change is written in several", async () => {
  await using place = await rig();
  const history = place.open();
  const told = story();
  for (let count = 0; count < 1500; count++) {
    history.event(told.record({ kind: "daemon-stopping", reason: "x".repeat(1000) }, 0));
  }
  await history.flush();
  assert.equal((await history.eventsAfter(0, 5000)).length, 1500);
});

Deno.test("a file that was taken away or replaced under it is said, and a new one begun", async () => {
  await using place = await rig();
  const history = place.open();
  await history.flush();
  const told = story();
  const writes = async (node: number) => {
    history.event(told.record({ kind: "link-up", peer: 9 }, node));
    await history.flush();
    return history.lost;
  };
  assert.equal(await writes(1), undefined);
  assert.deepEqual(place.troubles, []);
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(`${place.path}${suffix}`);
  assert.equal(await writes(2), undefined);
  assert.match(place.troubles.at(-1)!, /the file is gone, a new one is begun$/);
  await Deno.writeTextFile(`${place.path}.other`, "not a database at all".repeat(500));
  await Deno.rename(`${place.path}.other`, place.path);
  assert.equal(await writes(3), undefined);
  assert.match(place.troubles.at(-1)!, /the file is another: moved aside, a new one is begun$/);
  await history.close();
  const after = place.open();
  await after.flush();
  assert.deepEqual((await after.eventsAfter(0, 9)).map(({ node }) => node), [3]);
});

Deno.test("a file that is no store is moved aside, and a new one is begun", async () => {
  await using place = await rig();
  await Deno.mkdir(place.path.slice(0, place.path.lastIndexOf("/")));
  await Deno.writeTextFile(place.path, "not a database at all".repeat(500));
  const history = place.open();
  const event = story().record({ kind: "daemon-running" }, 0);
  history.event(event);
  await history.flush();
  assert.equal((await history.eventsAfter(0, 5)).length, 1);
  assert.match(place.troubles.join(), /moved aside, a new one is begun/);
  const names = [...Deno.readDirSync(place.path.slice(0, place.path.lastIndexOf("/")))];
  assert.ok(names.some(({ name }) => name.startsWith("history.kv.damaged-")));
});

Deno.test("without a place for it history is lost, which is said once", async () => {
  await using place = await rig();
  await Deno.writeTextFile(place.path.replace("/admin/history.kv", "/admin"), "in the way");
  const history = place.open();
  for (let count = 0; count < 3; count++) {
    history.event(story().record({ kind: "daemon-running" }, 0));
    await history.flush();
  }
  assert.equal(place.troubles.length, 1);
  assert.match(history.lost!, /history is not kept/);
  assert.deepEqual(await history.eventsAfter(0, 5), []);
});

Deno.test("a store that fails while it is used costs what is not written yet", async () => {
  await using place = await rig();
  let fails = false;
  const history = place.open({
    async open(path) {
      const kv = await openStore(path);
      const atomic = kv.atomic.bind(kv);
      kv.atomic = () => {
        if (fails) throw new Error("disk I/O error: no space left");
        return atomic();
      };
      return kv;
    },
  });
  const told = story();
  history.event(told.record({ kind: "daemon-running" }, 0));
  await history.flush();
  fails = true;
  history.event(told.record({ kind: "daemon-running" }, 1));
  await history.flush();
  assert.match(history.lost!, /no space left/);
  assert.equal(place.troubles.length, 1);
});

Deno.test("history is as large as it may be: what is full replaces what is older", async () => {
  await using place = await rig();
  const limit_bytes = 2 * 1024 * 1024;
  const history = place.open({ limit_bytes });
  const told = story();
  const older = place.path.replace(".kv", ".older.kv");
  const sizes: number[] = [];
  for (let round = 0; round < 60; round++) {
    for (let count = 0; count < 100; count++) {
      const reason = `${round} ${"x".repeat(800)}`;
      history.event(told.record({ kind: "daemon-stopping", reason }, 0));
    }
    await history.flush();
    sizes.push(await storeSize(place.path) + await storeSize(older));
  }
  const batch_bytes = 512 * 1024;
  assert.ok(sizes.every((size) => size <= limit_bytes + 2 * batch_bytes), `sizes ${sizes.join()}`);
  const kept = await history.eventsAfter(0, 5000);
  assert.ok(kept.length > 200, `${kept.length} are kept`);
  assert.match(String(kept.at(-1)!.text), /: 59 x/, "the newest are");
  assert.doesNotMatch(String(kept[0]!.text), /: 0 x/, "the oldest are not");
  const ids = kept.map(({ id }) => Number(id));
  assert.deepEqual(ids, ids.toSorted((a, b) => a - b));
  await history.close();
  const again = place.open();
  await again.flush();
  assert.equal((await again.eventsAfter(0, 5000)).length, kept.length, "also after a restart");
});
