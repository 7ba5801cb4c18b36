/** Nodes come to know the same, whatever is lost on the way; and are quiet when they do. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Happening, nullLogger } from "../../../lib/base/mod.ts";
import { StoryExchange } from "../../../lib/admin/story/exchange.ts";
import { readMessage, writeMessage } from "../../../lib/admin/story/story-message.ts";
import { Story } from "../../../lib/admin/story/story.ts";
import { MAX_STORY_MESSAGE_BYTES } from "../../../lib/limits/mod.ts";
import { HELLO, INTRODUCTION_MS, StoryNetwork } from "./story-network.ts";

/** Rounds of introductions after which everybody knows all. */
const ROUNDS = 4;

/** All nodes know the same, none of it twice, and need ask nobody any more. */
async function assertSame(network: StoryNetwork): Promise<void> {
  const all = [...new Set(network.nodes.flatMap((_, pnn) => network.knows(pnn)))].sort();
  for (const pnn of network.nodes.keys()) assert.deepEqual(network.knows(pnn), all, `node ${pnn}`);
  const asked = network.asked().length;
  await network.round();
  assert.equal(network.asked().length, asked, "who knows all asks nobody");
}

Deno.test("what happens to one node is known to the others, once, at once", async () => {
  const network = await StoryNetwork.of(3);
  network.happen(0, { kind: "recovery-mode", active: true });
  await network.settle();
  const [own] = network.node(0).story.after(0);
  const [heard] = network.node(1).story.after(0);
  assert.deepEqual(
    [heard!.node, heard!.time_ms, heard!.happening],
    [0, own!.time_ms, own!.happening],
  );
  assert.deepEqual([...network.node(1).exchange.peers.keys()].sort(), [0, 1, 2]);
  await assertSame(network);
});

Deno.test("an event is heard of its node before the news that there is a link to it: an earlier one is asked for", async () => {
  const network = await StoryNetwork.of(2);
  network.cut(0, 1);
  network.happen(0);
  network.now_ms += 1;
  // Messages come another way than what a node says of its links.
  network.mend(0, 1);
  network.flying.length = 0;
  network.happen(0);
  await network.settle();
  assert.equal(network.knows(1).length, 1);
  network.node(1).exchange.linked(0);
  await network.settle();
  await assertSame(network);
});

Deno.test("a message that is lost is mended by the next introductions", async () => {
  const network = await StoryNetwork.of(3);
  network.happen(2);
  network.deliver(network.take(0));
  network.flying.length = 0;
  await network.round();
  await assertSame(network);
});

Deno.test("what only a third node knows comes from it, also the own last words", async () => {
  const network = await StoryNetwork.of(4);
  network.cut(0, 1);
  network.happen(0);
  network.happen(3);
  await network.settle();
  network.kill(0);
  network.kill(3, 10);
  await network.start(3);
  await network.settle();
  for (let round = 0; round < ROUNDS; round++) await network.round();
  network.nodes.splice(0, 1, network.node(1));
  await assertSame(network);
});

Deno.test("what was told beyond the limit of a second is known in the end", async () => {
  const network = await StoryNetwork.of(2);
  for (let count = 0; count < 300; count++) network.happen(0);
  assert.equal(network.flying.length, 200, "a hundred, to itself as well");
  await network.settle();
  assert.equal(network.knows(1).length, 100);
  await network.round();
  await assertSame(network);
});

Deno.test("an asker is told what others know from the disk alone, and what is on its own is no news", async () => {
  const network = await StoryNetwork.of(2);
  for (let count = 0; count < 3; count++) network.happen(0);
  network.flying.length = 0;
  network.kill(0);
  network.now_ms += 3600_000;
  await network.start(0);
  await network.settle();
  assert.equal(network.knows(1).length, 3);
  await assertSame(network);
});

Deno.test("who does not know yet what its history has compares nothing, and answers", async () => {
  const network = await StoryNetwork.of(2);
  network.happen(0);
  await network.settle();
  network.kill(1);
  await network.start(1, false);
  network.happen(1);
  for (let round = 0; round < ROUNDS; round++) await network.round();
  assert.equal(network.knows(1).length, 2);
  network.node(1).exchange.recall(network.node(1).history.slice(0, 1));
  network.happen(0);
  network.flying.length = 0;
  for (let round = 0; round < ROUNDS; round++) await network.round();
  await assertSame(network);
});

Deno.test("who was away for days hears when things happened; a clock that is days off is not believed", async () => {
  const network = await StoryNetwork.of(2);
  network.kill(1);
  network.happen(0);
  const { time_ms } = network.node(0).story.after(0)[0]!;
  network.now_ms += 3 * 24 * 3600_000;
  await network.start(1);
  await network.settle();
  assert.deepEqual(network.node(1).story.after(0).map((event) => event.time_ms), [time_ms]);
  const happening: Happening = { kind: "daemon-running" };
  const told = { node: 5, events: [{ time_ms: 7, happening }] };
  for (let times = 0; times < 2; times++) network.node(1).exchange.received(writeMessage(told));
  const [, live, ...more] = network.node(1).story.after(0);
  assert.deepEqual([live!.time_ms, more.length], [network.now_ms, 0]);
  for (let round = 0; round < ROUNDS; round++) await network.round();
  assert.equal(network.knows(0).length, 1);
});

type Step =
  | { readonly do: "happen" | "introduce" | "start"; readonly node: number }
  | { readonly do: "cut" | "mend"; readonly node: number; readonly to: number }
  | { readonly do: "deliver" | "lose"; readonly index: number }
  | { readonly do: "kill"; readonly node: number; readonly unwritten: number }
  | { readonly do: "wait"; readonly time_s: number };

const node = fc.nat({ max: 2 });
const index = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("happen" as const), node }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), index }) },
  fc.record({ do: fc.constantFrom("introduce" as const, "start" as const), node }),
  fc.record({ do: fc.constant("lose" as const), index }),
  fc.record({ do: fc.constantFrom("cut" as const, "mend" as const), node, to: node }),
  fc.record({ do: fc.constant("kill" as const), node, unwritten: fc.nat({ max: 4 }) }),
  fc.record({ do: fc.constant("wait" as const), time_s: fc.nat({ max: 600 }) }),
);

async function play(network: StoryNetwork, one: Step): Promise<void> {
  network.now_ms += 1;
  if (one.do === "happen") network.happen(one.node);
  else if (one.do === "introduce") network.introduce(one.node);
  else if (one.do === "start") await network.start(one.node);
  else if (one.do === "cut") network.cut(one.node, one.to);
  else if (one.do === "mend") network.mend(one.node, one.to);
  else if (one.do === "deliver") network.deliver(network.take(one.index));
  else if (one.do === "lose") network.take(one.index);
  else if (one.do === "kill") network.kill(one.node, one.unwritten);
  else if (one.do === "wait") network.now_ms += one.time_s * 1000;
}

Deno.test("nodes come to know the same, whatever was lost, delayed, cut off or killed", async () => {
  const skew_ms = fc.constantFrom(0, 0, 5_000, -3600_000);
  const skews = fc.tuple(skew_ms, skew_ms, skew_ms);
  await fc.assert(
    fc.asyncProperty(skews, fc.array(step, { maxLength: 80 }), async (skews_ms, steps) => {
      const network = new StoryNetwork(skews_ms);
      for (const pnn of [0, 1, 2]) await network.start(pnn);
      for (const one of steps) await play(network, one);
      // Nobody says that a link is whole again, or that somebody has come: what is said is lost.
      for (const pnn of [0, 1, 2]) {
        for (const to of [0, 1, 2]) network.mend(pnn, to);
        await network.start(pnn);
      }
      network.flying.length = 0;
      for (let round = 0; round < ROUNDS; round++) await network.round();
      await assertSame(network);
    }),
    { numRuns: 200 },
  );
});

Deno.test("large events and foreign letters take nothing with them", async () => {
  const network = await StoryNetwork.of(2);
  network.cut(0, 1);
  const failed = (result: number, output: string): Happening => {
    return { kind: "script-failed", event: "monitor", script: "50.x", result, output };
  };
  for (let result = 0; result < 40; result++) network.happen(0, failed(result, "語".repeat(2000)));
  // Half a character, as where an output was cut.
  network.happen(0, failed(40, "\udca9 of nothing"));
  const moves = Array.from({ length: 700 }, (_, to) => ({ address: "192.0.2.1", from: null, to }));
  for (let run = 0; run < 3; run++) {
    network.happen(0, { kind: "takeover-finished", moves: moves.slice(run) });
  }
  network.mend(0, 1);
  await network.settle();
  assert.equal(network.knows(0).length, 44);
  await assertSame(network);
});

Deno.test("an event that no message has room for stays with its node, and nobody asks for it", async () => {
  const network = await StoryNetwork.of(2);
  const moves = Array.from({ length: 4000 }, (_, to) => ({ address: "192.0.2.1", from: null, to }));
  network.happen(0, { kind: "takeover-finished", moves });
  network.happen(0, { kind: "admin-trouble", failure: "x".repeat(10_000) });
  network.happen(0);
  for (let round = 0; round < ROUNDS; round++) await network.round();
  assert.deepEqual([network.knows(0).length, network.knows(1).length], [3, 1]);
  assert.deepEqual(network.asked(), []);
});

Deno.test("a node without memory hears thousands of events, in messages that are read", async () => {
  const network = await StoryNetwork.of(2);
  network.kill(1);
  for (let count = 0; count < 4090; count++) network.happen(0);
  network.node(1).history = [];
  await network.start(1);
  await network.settle();
  for (let round = 0; round < ROUNDS; round++) await network.round();
  await assertSame(network);
  // Who knows nearly all says all of it to ask for the rest.
  network.happen(0);
  network.flying.length = 0;
  await network.round();
  await assertSame(network);
  const longest = Math.max(...network.sent.map(({ data }) => data.length));
  assert.ok(longest > 40_000 && longest <= MAX_STORY_MESSAGE_BYTES, `${longest} bytes`);
});

Deno.test("more than can be compared is not, and nobody asks for it", async () => {
  const network = await StoryNetwork.of(2);
  for (let count = 0; count < 4100; count++) network.happen(0);
  network.flying.length = 0;
  for (let round = 0; round < ROUNDS; round++) await network.round();
  assert.deepEqual(network.asked(), []);
  network.now_ms += 240_000;
  network.happen(0);
  network.flying.length = 0;
  await network.round();
  assert.deepEqual([network.asked().length, network.knows(1).length], [1, 1]);
});

Deno.test("a difference that no question mends is asked about less and less often", async () => {
  const network = await StoryNetwork.of(1);
  network.nodes.push({ ...network.node(0), running: false });
  network.node(1).running = true;
  const { exchange } = network.node(0);
  const period = Math.floor(network.now_ms / 120_000);
  const hour = async () => {
    network.sent.length = 0;
    for (let said_ms = 0; said_ms < 3600_000; said_ms += INTRODUCTION_MS) {
      network.now_ms += INTRODUCTION_MS;
      exchange.received(writeMessage({ node: 1, hello: HELLO, digest: [[period, 5]] }));
      await Promise.resolve();
    }
    return network.asked().length;
  };
  const [first, second] = [await hour(), await hour()];
  assert.ok(first >= 3 && first <= 12, `${first} questions`);
  assert.ok(second <= 6, `${second} questions`);
});

Deno.test("one is asked at a time: all know much the same", async () => {
  const network = await StoryNetwork.of(6);
  network.kill(5);
  for (let count = 0; count < 50; count++) network.happen(count % 5);
  await network.settle();
  network.sent.length = 0;
  await network.start(5);
  await network.settle();
  assert.equal(network.asked().filter((from) => from === 5).length, 1);
  await assertSame(network);
});

/** A node that has known two events, of which one is its own. */
async function acquainted() {
  const network = await StoryNetwork.of(2);
  network.happen(0);
  network.happen(1);
  await network.settle();
  network.sent.length = 0;
  return network;
}

Deno.test("a version without digests is told what it has missed when it asks, and is never asked", async () => {
  for (const [whole, count] of [[false, 1], [true, 2]] as const) {
    const network = await acquainted();
    const { exchange } = network.node(0);
    exchange.received(writeMessage({ node: 1, hello: HELLO, since_ms: 0, whole }));
    const events = network.sent.flatMap(({ data }) => readMessage(data)?.events ?? []);
    assert.equal(events.length, count);
    exchange.received(writeMessage({ node: 1, hello: HELLO }));
    assert.deepEqual(network.asked(), []);
  }
});

Deno.test("who comes asks those without digests in their way", async () => {
  const network = await acquainted();
  network.kill(1);
  await network.start(1);
  const greetings = network.sent.map(({ data }) => readMessage(data)!)
    .filter(({ since_ms }) => since_ms !== undefined);
  assert.ok(greetings.length >= 2);
  for (const { since_ms } of greetings) assert.ok(since_ms! < network.now_ms);
});

Deno.test("an event of no time takes no digest with it", async () => {
  const network = await StoryNetwork.of(2);
  const happening: Happening = { kind: "daemon-running" };
  for (const time_ms of [1e300, -1e300, 0.5, -1]) {
    const told = { node: 5, events: [{ time_ms, happening }], again: true };
    network.node(0).exchange.received(writeMessage(told));
  }
  network.happen(0);
  network.flying.length = 0;
  await network.round();
  assert.equal(network.node(1).story.after(0).filter(({ node }) => node === 0).length, 1);
});

Deno.test("bytes that are no digest are refused or harmless", () => {
  const said = (rest: object) =>
    readMessage(new TextEncoder().encode(JSON.stringify({ v: 1, node: 2, ...rest })));
  for (const wrong of [7, "x", {}, [7], [[1]], [[1, 2, 3]], [[-1, 2]], [[1, "2"]], [[1.5, 2]]]) {
    assert.equal(said({ digest: wrong }), undefined, JSON.stringify(wrong));
    assert.equal(said({ ask: wrong }), undefined, JSON.stringify(wrong));
  }
  assert.equal(said({ ask: [[1, [1, "x"]]] }), undefined);
  const long = Array.from({ length: 1000 }, (_, period) => [period, 1]);
  assert.equal(said({ digest: long }), undefined);
  const count = fc.maxSafeNat();
  fc.assert(fc.property(fc.array(fc.tuple(count, count), { maxLength: 128 }), (digest) => {
    const exchange = new StoryExchange(new Story(), 9, nullLogger);
    exchange.recall([]);
    exchange.received(writeMessage({ node: 1, hello: HELLO, digest, since_ms: 0 }));
  }));
});
