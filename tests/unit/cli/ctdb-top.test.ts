/** The picture of `ctdb top`: from samples to lines, without a terminal or a daemon. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { TerminalSize } from "../../../cli/ctdb/printing/terminal-size.ts";
import { frame } from "../../../cli/ctdb/commands/top/frame.ts";
import { LiveView } from "../../../cli/ctdb/commands/top/live.ts";
import { topModel } from "../../../lib/survey/mod.ts";
import type { Sample, SampledNode } from "../../../lib/survey/mod.ts";
import type { Screen } from "../../../cli/ctdb/commands/top/screen.ts";
import { layOut, shareLines } from "../../../cli/ctdb/commands/top/sections.ts";
import {
  parseKeys,
  pressKey,
  sortDatabases,
  type View,
} from "../../../cli/ctdb/commands/top/view.ts";
import type { DbStatistics, Statistics } from "../../../lib/wire/mod.ts";
import { healthyState } from "../../../testing/fake-daemon/fake-state.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const plain = { paint: (_tone: string, text: string) => text, time: "12:34:56", keys: true };
const view: View = { sort: "calls", node: undefined, interval_s: 2 };
const screenSize: TerminalSize = { columns: 80, rows: 24 };
const base = healthyState().statistics;

/** The counters of the fake daemon with some of them changed. */
function counted(change: { calls?: number; moved?: number; locks?: number; wait_s?: number }) {
  const { calls = 0, moved = 0, locks = 0, wait_s = 0 } = change;
  const statistics: Statistics = {
    ...base,
    totalCalls: calls,
    node: { ...base.node, reqDmaster: moved / 2, replyDmaster: moved / 2 },
    locks: {
      ...base.locks,
      numCurrent: 0,
      numPending: 0,
      latency: { num: locks, min_s: 0, max_s: 0.5, total_s: wait_s },
    },
  };
  return statistics;
}

function database(calls: number, locks: number, wait_s: number, hot: [string, number][] = []) {
  const statistics: DbStatistics = {
    locks: counted({ locks, wait_s }).locks,
    vacuum: { latency: base.callLatency },
    dbRoDelegations: 0,
    dbRoRevokes: 0,
    hopCountBucket: [calls, ...new Array<number>(15).fill(0)],
    hotKeys: hot.map(([key, count]) => ({ key: bytes(key), count })),
  };
  return statistics;
}

function sample(at_ms: number, change: Partial<Sample> = {}): Sample {
  return {
    at_ms,
    asked: 0,
    recovering: false,
    vnnMap: { generation: 654321, map: [0, 1] },
    nodes: [],
    databases: [],
    addresses: [],
    ...change,
  };
}

const node = (pnn: number, statistics?: Statistics, flags = 0): SampledNode => ({
  pnn,
  address: `10.0.0.${pnn + 1}`,
  flags,
  ...(statistics === undefined ? {} : { statistics }),
});

Deno.test("rates are differences by time, and a counter that was reset starts at zero", () => {
  const before = sample(1000, { nodes: [node(0, counted({ calls: 100, moved: 50 })), node(1)] });
  const now = sample(3000, {
    nodes: [node(0, counted({ calls: 300, moved: 10, locks: 4, wait_s: 0.2 })), node(1)],
  });
  const model = topModel(before, now, 1);
  const figures = model.nodes[0]!.figures!;
  assert.equal(figures.calls_per_s, 100);
  assert.equal(figures.migrations_per_s, 5);
  assert.equal(figures.locks_per_s, 2);
  assert.equal(figures.lockWait_ms, 50);
  assert.equal(figures.lockMax_ms, 500);
  assert.equal(model.nodes[1]!.figures, undefined);
});

Deno.test("without a first sample there are no rates", () => {
  const model = topModel(undefined, sample(1000, { nodes: [node(0, counted({ calls: 9 }))] }), 0);
  assert.equal(model.hasRates, false);
  assert.match(frame(model, view, screenSize, plain)[1]!, /calls - /);
});

Deno.test("databases are those of all nodes added up, or of the one that was picked", () => {
  const at = (calls: number[], hot: [string, number][][]) => [{
    id: 1,
    name: "locking.tdb",
    flags: 0,
    statistics: new Map(calls.map((count, pnn) => [pnn, database(count, 0, 0, hot[pnn])])),
  }];
  const before = sample(0, { databases: at([0, 0], []) });
  const now = sample(1000, { databases: at([10, 20], [[["a", 3]], [["b", 7], ["", 0]]]) });
  const all = topModel(before, now, undefined);
  assert.equal(all.databases[0]!.calls_per_s, 30);
  assert.deepEqual(all.hotKeys.map(({ count, pnn }) => [count, pnn]), [[7, 1], [3, 0]]);
  const picked = topModel(before, now, undefined, 0);
  assert.equal(picked.databases[0]!.calls_per_s, 10);
  assert.deepEqual(picked.hotKeys.map(({ key }) => key), [bytes("a")]);
});

const busy = () => {
  const statistics = (calls: number, wait_s: number) =>
    new Map([[0, database(calls, calls, wait_s, [["a\0key", calls]])]]);
  const databases = (scale: number) => [
    { id: 1, name: "locking.tdb", flags: 0, statistics: statistics(50 * scale, scale) },
    { id: 2, name: "brlock.tdb", flags: 0, statistics: statistics(70 * scale, scale / 100) },
  ];
  const nodes = [node(0, counted({ calls: 5 })), node(1, undefined, 0x1), node(2, undefined, 0x8)];
  const addresses = [{ address: "10.9.0.1", pnn: 0 }, { address: "10.9.0.2" }];
  return topModel(
    sample(0, { databases: databases(1), nodes, addresses }),
    sample(1000, { databases: databases(2), nodes, addresses }),
    0,
  );
};

Deno.test("a frame says what there is: nodes, databases, hot keys, addresses, keys", () => {
  const lines = frame(busy(), view, screenSize, plain);
  assert.equal(lines.length, 24);
  const text = lines.join("\n");
  assert.match(lines[0]!, /^ctdb top 12:34:56 .*node 0 .*leader 0 .*normal .*generation 654321$/);
  assert.match(lines[1]!, /^nodes 1 of 3 ok .*addresses 2 \(1 unassigned\)$/);
  assert.match(text, /^ +0 L 10\.0\.0\.1 +OK /m);
  assert.match(text, /^ +1 +10\.0\.0\.2 +DISCONNECTED$/m);
  assert.match(text, /^brlock\.tdb .*\nlocking\.tdb /m);
  assert.match(text, /^ +140 +0 brlock\.tdb +a\\00key$/m);
  assert.match(text, /^10\.9\.0\.2 nobody +10\.9\.0\.1 node 0$/m);
  assert.match(lines[23]!, /^q quit .*2 s$/);
});

Deno.test("no frame is larger than its screen, and no line is cut inside a colour", () => {
  const painted = { ...plain, paint: (_tone: string, text: string) => `<${text}>` };
  const sizes = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(fc.property(sizes, (size) => {
    const lines = frame(busy(), view, size, plain);
    assert.ok(lines.length <= size.rows);
    for (const line of lines) assert.ok(line.length <= size.columns, line);
    const stripped = frame(busy(), view, size, painted).map((line) =>
      line.replaceAll(/<([^<>]*)>/g, "$1").trimEnd()
    );
    // What is painted may stand between `<` and `>` itself: the last line shows arrow keys.
    assert.deepEqual(stripped.slice(0, -1), lines.slice(0, -1).map((line) => line.trimEnd()));
  }));
});

Deno.test("sections share the lines fairly, and say what they leave out", () => {
  assert.deepEqual(shareLines([2, 100, 5], 27), [2, 20, 5]);
  assert.deepEqual(shareLines([1, 1], 10), [1, 1]);
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `row ${i}`);
  const lines = layOut([{ title: "A", rows: rows(9) }, { title: "B", rows: [] }], 5, 80);
  assert.deepEqual(lines, ["A", "row 0", "row 1", "row 2", "... 6 more"]);
  fc.assert(fc.property(fc.array(fc.nat(50)), fc.nat(200), (needs, available) => {
    const shares = shareLines(needs, available);
    const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
    assert.equal(sum(shares), Math.min(available, sum(needs)));
    shares.forEach((share, i) => assert.ok(share <= needs[i]!));
  }));
});

Deno.test("keys pick a node, an order and a pace", () => {
  const pnns = [0, 1, 2];
  const press = (from: View, ...keys: string[]) =>
    keys.reduce((current, key) => {
      const result = pressKey(current, key, pnns);
      assert.ok(result.kind === "view");
      return result.view;
    }, from);
  assert.equal(press(view, "1").node, 1);
  assert.equal(press(view, "7").node, undefined);
  assert.equal(press(view, "right", "right").node, 1);
  assert.equal(press(view, "left").node, 2);
  assert.equal(press(view, "1", "a").node, undefined);
  assert.equal(press(view, "w").sort, "wait");
  assert.equal(press(view, "s", "s").sort, "wait");
  assert.equal(press(view, "+").interval_s, 4);
  assert.equal(press(view, ...new Array<string>(9).fill("-")).interval_s, 0.5);
  assert.deepEqual(press(view, "up", "\x1b", "x"), view);
  for (const key of ["q", "\x03"]) assert.equal(pressKey(view, key, pnns).kind, "quit");
  assert.deepEqual(parseKeys("a\x1b[D\x1bOC\x1b[5~1"), ["a", "left", "right", "\x1b[5~", "1"]);
});

Deno.test("databases are sorted by what is asked for", () => {
  const { databases } = busy();
  const names = (sort: View["sort"]) => sortDatabases(databases, sort).map(({ name }) => name);
  assert.deepEqual(names("calls"), ["brlock.tdb", "locking.tdb"]);
  assert.deepEqual(names("wait"), ["locking.tdb", "brlock.tdb"]);
  assert.deepEqual(names("name"), ["brlock.tdb", "locking.tdb"]);
});

/** A screen that keeps what it was shown. */
class FakeScreen implements Screen {
  readonly frames: (readonly string[])[] = [];
  suspended = 0;
  rows = 24;
  onShow: (lines: readonly string[]) => void = () => {};

  size(): TerminalSize {
    return { columns: 80, rows: this.rows };
  }

  show(lines: readonly string[]): void {
    this.frames.push(lines);
    this.onShow(lines);
  }

  suspend(): void {
    this.suspended++;
  }
}

Deno.test("the live view draws at once what a key changes, and ends with q", async () => {
  let taken = 0;
  const nodes = [node(0, counted({})), node(1, counted({}))];
  const source = {
    take: () => Promise.resolve(sample(taken++ * 1000, { nodes })),
    leader: () => 1,
  };
  const live = new LiveView(source, { ...view, interval_s: 60 }, () => plain);
  const screen = new FakeScreen();
  const shown = Promise.withResolvers<void>();
  screen.onShow = (lines) => lines.length === 24 && shown.resolve();
  const run = live.run(screen);
  await shown.promise;
  live.onInput("1w\x1a");
  assert.equal(screen.suspended, 1);
  assert.match(screen.frames.at(-1)!.join("\n"), /^ +>1 L /m);
  assert.match(screen.frames.at(-1)!.at(-1)!, /sort: wait/);
  screen.rows = 10;
  live.onResize();
  assert.equal(screen.frames.at(-1)!.length, 10);
  const second = Promise.withResolvers<void>();
  screen.onShow = () => second.resolve();
  live.onInput(" ");
  await second.promise;
  assert.equal(taken, 2);
  live.onInput("q");
  assert.equal(await run, 0);
});

Deno.test("the live view ends with what ends its source or its terminal", async () => {
  const failing = { take: () => Promise.reject(new Error("gone")), leader: () => undefined };
  await assert.rejects(new LiveView(failing, view, () => plain).run(new FakeScreen()), /gone/);
  const silent = { take: () => new Promise<Sample>(() => {}), leader: () => undefined };
  const live = new LiveView(silent, view, () => plain);
  const run = live.run(new FakeScreen());
  live.onEnd(143);
  assert.equal(await run, 143);
});
