import assert from "node:assert/strict";
import { type Clock, type Procedure, wait } from "../../../lib/base/mod.ts";
import type { NodeClient } from "../../../lib/client/mod.ts";
import { FirstElection } from "../../../lib/membership/first-election.ts";
import { NodeMap } from "../../../lib/membership/mod.ts";
import { RunState } from "../../../lib/wire/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const { SETUP, FIRST_RECOVERY, RUNNING } = RunState;

interface Made {
  readonly first: FirstElection;
  readonly elections: string[];
  readonly asked: number[];
  /** What GET_RUNSTATE says, by pnn; `undefined` for no answer. */
  readonly states: (number | undefined)[];
  readonly nodes: NodeMap;
  isNeeded: boolean;
  run(duration_ms: number): Promise<void>;
}

/** The part of node `pnn` of a cluster of three. */
function make(pnn: number, states: (number | undefined)[]): Made {
  const time = new VirtualClock();
  const clock: Clock = time;
  const nodes = new NodeMap(
    [0, 1, 2].map((pnn) => ({ pnn, address: `10.0.0.${pnn + 1}`, deleted: false })),
  );
  nodes.identify(`10.0.0.${pnn + 1}`);
  for (const { pnn } of nodes.all()) nodes.linkUp(pnn);
  const asked: number[] = [];
  const client = {
    pnn,
    control: (to: number): Procedure<number> => {
      asked.push(to);
      return wait((done, failed) => {
        const state = states[to];
        if (state === undefined) failed(new Error("no answer"));
        else done(state);
      });
    },
  } as unknown as NodeClient;
  const elections: string[] = [];
  const made: Made = {
    elections,
    asked,
    states,
    nodes,
    isNeeded: true,
    run: async (duration_ms) => {
      const end_ms = time.now() + duration_ms;
      clock.setTimer(duration_ms, () => {});
      await time.runUntil(end_ms, () => false);
    },
    first: new FirstElection({
      local: { nodes } as ConstructorParameters<typeof FirstElection>[0]["local"],
      client,
      clock,
      isNeeded: () => made.isNeeded,
      elect: (reason) => void elections.push(reason),
    }),
  };
  return made;
}

Deno.test("the lowest node calls an election when all wait for their first recovery", async () => {
  const made = make(0, [FIRST_RECOVERY, FIRST_RECOVERY, FIRST_RECOVERY]);
  made.first.consider();
  await made.run(10);
  assert.equal(made.elections.length, 1);
  assert.deepEqual(made.asked, [0, 1, 2]);
});

Deno.test("it waits for those who are not so far, and asks again", async () => {
  const made = make(0, [FIRST_RECOVERY, SETUP, FIRST_RECOVERY]);
  made.first.consider();
  await made.run(200);
  assert.deepEqual(made.elections, []);
  made.states[1] = FIRST_RECOVERY;
  await made.run(200);
  assert.equal(made.elections.length, 1);
});

for (
  const [what, change] of [
    ["a node runs already", (made) => void (made.states[2] = RUNNING)],
    ["a node does not answer", (made) => void (made.states[2] = undefined)],
    ["somebody leads", (made) => void (made.isNeeded = false)],
    ["a node is missing", (made) => void made.nodes.linkDown(2)],
    ["a node never gets so far", (made) => void (made.states[2] = SETUP)],
  ] as readonly [string, (made: Made) => void][]
) {
  Deno.test(`nothing is called when ${what}`, async () => {
    const made = make(0, [FIRST_RECOVERY, FIRST_RECOVERY, FIRST_RECOVERY]);
    change(made);
    made.first.consider();
    await made.run(60_000);
    assert.deepEqual(made.elections, []);
    assert.ok(made.asked.length <= 100, `questions: ${made.asked.length}`);
  });
}

Deno.test("nothing is asked by other nodes, or after the end", async () => {
  const other = make(1, [FIRST_RECOVERY, FIRST_RECOVERY, FIRST_RECOVERY]);
  other.first.consider();
  await other.run(1000);
  assert.deepEqual(other.asked, []);
  const ended = make(0, [FIRST_RECOVERY, SETUP, FIRST_RECOVERY]);
  ended.first.consider();
  await ended.run(10);
  ended.first.stop();
  ended.states[1] = FIRST_RECOVERY;
  await ended.run(1000);
  assert.deepEqual(ended.elections, []);
});

Deno.test("who leads meanwhile makes the election needless", async () => {
  const made = make(0, [FIRST_RECOVERY, SETUP, FIRST_RECOVERY]);
  made.first.consider();
  await made.run(100);
  made.isNeeded = false;
  made.states[1] = FIRST_RECOVERY;
  await made.run(1000);
  assert.deepEqual(made.elections, []);
});
