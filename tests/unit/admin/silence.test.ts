/** Which nodes do not answer, and since when. */
import assert from "node:assert/strict";
import { Silence } from "../../../lib/admin/facts/silence.ts";
import { type ClusterClient, ControlError, RequestTimeoutError } from "../../../lib/client/mod.ts";
import { SILENT_NODE_LIMIT_MS } from "../../../lib/limits/mod.ts";
import { NodeFlag, parseSocketAddress } from "../../../lib/wire/mod.ts";
import { waitFor } from "../../../testing/mod.ts";

/** A client of node 0, and what comes of the next question. */
function setUp() {
  const state = { now_ms: 1000, answer: (): number => 1, changes: 0 };
  const limits: (number | undefined)[] = [];
  const client: ClusterClient = {
    pnn: 0,
    control: (_pnn, _name, _request, options) => {
      limits.push(options?.timeout_ms);
      return Promise.try(state.answer) as Promise<never>;
    },
    controlNoReply: () => {},
    message: () => {},
    subscribe: () => Promise.resolve(() => {}),
  };
  const silence = new Silence(() => state.changes++, () => state.now_ms);
  const heard = silence.over(client);
  const ask = (pnn: number) =>
    heard.control(pnn, "PING", undefined, { timeout_ms: 2000 }).catch((error: Error) => error);
  return { state, limits, silence, ask };
}

const late = () => {
  throw new RequestTimeoutError("no answer");
};

Deno.test("a node is silent from its first question without an answer to its next answer", async () => {
  const { state, limits, silence, ask } = setUp();
  await ask(2);
  assert.deepEqual([silence.nodes, state.changes], [[], 0]);
  state.answer = late;
  assert.ok(await ask(2) instanceof RequestTimeoutError);
  state.now_ms = 5000;
  await ask(2);
  assert.deepEqual(silence.nodes, [{ node: 2, since: new Date(1000).toISOString() }]);
  assert.equal(silence.nodes, silence.nodes, "the same until something changes");
  const hurried = limits.filter((limit_ms) => limit_ms === SILENT_NODE_LIMIT_MS);
  assert.equal(hurried.length, 1, "the second question, and no probe");
  await ask(1);
  assert.equal(limits.at(-1), 2000, "others are waited for");
  state.answer = () => 1;
  await ask(2);
  await ask(1);
  assert.deepEqual([silence.nodes, state.changes], [[], 4]);
});

Deno.test("a node that is only slow is not silent for being hurried", async () => {
  const { state, silence, ask } = setUp();
  state.answer = late;
  await ask(2);
  const { promise, resolve } = Promise.withResolvers<number>();
  const hurried = ask(2);
  state.answer = () => promise as unknown as number;
  await hurried;
  assert.equal(silence.has(2), true);
  resolve(1);
  await waitFor("the probe that nobody waits for is answered", () => !silence.has(2));
});

Deno.test("a refusal is an answer, and what was asked earlier says nothing about later", async () => {
  const { state, silence, ask } = setUp();
  state.answer = () => {
    throw new ControlError("PING", 2, 1, "");
  };
  await ask(2);
  assert.deepEqual(silence.nodes, []);
  const { promise, reject } = Promise.withResolvers<number>();
  state.answer = () => promise as unknown as number;
  const early = ask(2);
  state.answer = () => 1;
  state.now_ms = 2000;
  await ask(2);
  reject(new RequestTimeoutError("no answer"));
  await early;
  assert.deepEqual(silence.nodes, [], "it has answered what was asked later");
});

Deno.test("the own node is not one of those, and one that has gone is forgotten", async () => {
  const { state, silence, ask } = setUp();
  state.answer = late;
  await ask(0);
  assert.deepEqual(silence.nodes, []);
  await ask(1);
  const address = parseSocketAddress("192.0.2.1", 4379);
  silence.forgetGone([{ pnn: 1, flags: 0, address }]);
  assert.equal(silence.has(1), true);
  silence.forgetGone([{ pnn: 1, flags: NodeFlag.DISCONNECTED, address }]);
  assert.deepEqual([silence.has(1), silence.nodes], [false, []]);
});
