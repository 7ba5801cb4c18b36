/** What `ctdb top` and the admin API see of a whole cluster at one moment. */
import assert from "node:assert/strict";
import { RequestTimeoutError } from "../../../lib/client/mod.ts";
import { Sampler, type SampleSource } from "../../../lib/survey/mod.ts";
import {
  type ControlReply,
  type LiveControlName,
  NodeFlag,
  parseSocketAddress,
  RecoveryMode,
} from "../../../lib/wire/mod.ts";

const { NORMAL, ACTIVE } = RecoveryMode;

/** Node 0 is asked; `modes` are what each node answers, undefined for silence. */
function source(flags: readonly number[], modes: readonly (number | undefined)[]) {
  const asked: number[] = [];
  const nodes = flags.map((of, pnn) => ({
    pnn,
    flags: of,
    address: parseSocketAddress(`192.0.2.${pnn + 1}`, 4379),
  }));
  const answer = <N extends LiveControlName>(pnn: number, name: N): ControlReply<N> => {
    if (name === "GET_RECMODE") {
      asked.push(pnn);
      const mode = modes[pnn];
      if (mode === undefined) throw new RequestTimeoutError("no answer");
      return mode as ControlReply<N>;
    }
    const replies: Partial<Record<LiveControlName, unknown>> = {
      GET_NODEMAP: nodes,
      GETVNNMAP: { generation: 7, map: [0] },
      GET_DBMAP: [],
      GET_PUBLIC_IPS: [],
      STATISTICS: {},
    };
    return replies[name] as ControlReply<N>;
  };
  const call: SampleSource = {
    target: 0,
    timeLimit_ms: 1000,
    ask: (pnn, name) => Promise.try(() => answer(pnn, name)),
    send: (pnn, name) => Promise.try(() => answer(pnn, name)),
  };
  return { call, asked };
}

async function recovering(
  flags: readonly number[],
  modes: readonly (number | undefined)[],
): Promise<boolean> {
  return (await new Sampler(source(flags, modes).call).take()).recovering;
}

Deno.test("a node that takes part says itself whether a recovery is on", async () => {
  const { call, asked } = source([0, 0], [NORMAL, ACTIVE]);
  assert.equal((await new Sampler(call).take()).recovering, false);
  assert.deepEqual(asked, [0], "nobody else is asked");
  assert.equal(await recovering([0, 0], [ACTIVE, NORMAL]), true);
});

Deno.test("of a node that is stopped or banned the others know", async () => {
  for (const out of [NodeFlag.STOPPED, NodeFlag.BANNED]) {
    assert.equal(await recovering([out, 0, 0], [ACTIVE, NORMAL, NORMAL]), false);
    assert.equal(await recovering([out, 0, 0], [ACTIVE, NORMAL, ACTIVE]), true);
    assert.equal(await recovering([out, 0, 0], [ACTIVE, undefined, NORMAL]), false);
    assert.equal(await recovering([out, 0], [ACTIVE, undefined]), true, "nobody else says");
    assert.equal(await recovering([out, out], [ACTIVE, ACTIVE]), true, "nobody takes part");
    const { call, asked } = source([out, NodeFlag.DISCONNECTED, 0], [ACTIVE, ACTIVE, NORMAL]);
    assert.equal((await new Sampler(call).take()).recovering, false);
    assert.deepEqual(asked, [0, 2]);
  }
});
