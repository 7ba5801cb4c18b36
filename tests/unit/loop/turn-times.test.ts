import assert from "node:assert/strict";
import { Collections } from "../../../lib/loop/collections.ts";
import { TurnTimes } from "../../../lib/loop/turn-times.ts";
import { loopFiguresText, readLoopFigures } from "../../../lib/wire/mod.ts";

Deno.test("of many times the quantiles are bounds of buckets, the longest is exact", () => {
  const times = new TurnTimes();
  assert.deepEqual(times.figures(), {
    count: 0,
    p50_ms: 0,
    p99_ms: 0,
    p999_ms: 0,
    longest_ms: 0,
    sum_ms: 0,
  });
  for (let i = 0; i < 990; i++) times.add(0.15);
  for (let i = 0; i < 9; i++) times.add(30);
  times.add(7000);
  assert.deepEqual(times.figures(), {
    count: 1000,
    p50_ms: 0.2,
    p99_ms: 0.2,
    p999_ms: 50,
    longest_ms: 7000,
    sum_ms: times.sum_ms,
  });
  assert.equal(times.quantile_ms(1), 7000);
});

Deno.test("the longest of late is told once", () => {
  const times = new TurnTimes();
  times.add(300);
  times.add(2);
  assert.equal(times.takeRecent_ms(), 300);
  times.add(4);
  assert.equal(times.takeRecent_ms(), 4);
  assert.equal(times.longest_ms, 300);
});

Deno.test("garbage collections are counted, each once", () => {
  const collections = new Collections();
  collections.look(0);
  let kept: unknown[] = [];
  for (let i = 0; i < 3_000_000; i++) {
    kept.push({ i });
    if (i % 100_000 === 0) kept = [];
  }
  collections.look(1);
  const { count, longest_ms } = collections.times.figures();
  assert.ok(count > 0 && longest_ms > 0, `${count} collections, longest ${longest_ms} ms`);
  collections.close();
  collections.turn(1e9);
  assert.equal(collections.times.count, count);
});

Deno.test("a tool reads in the text what the daemon wrote, and nothing in another's", () => {
  const turns = { count: 12, p50_ms: 0.1, p99_ms: 2, p999_ms: 20, longest_ms: 33.5, sum_ms: 40 };
  const collections = { count: 1, p50_ms: 1, p99_ms: 1, p999_ms: 1, longest_ms: 0.7, sum_ms: 0.7 };
  const text = loopFiguresText({ turns, collections });
  assert.deepEqual(readLoopFigures(`Memory of ctdbd, pid 1\nrss 1 bytes\n${text}`), {
    turns,
    collections,
  });
  assert.equal(readLoopFigures("full talloc report on 'null_context'\n"), undefined);
});
