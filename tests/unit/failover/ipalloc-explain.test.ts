import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allocate,
  type AllocationInput,
  explainInWords,
  forecast,
  NOBODY,
  nothingToAllocate,
} from "../../../lib/failover/ipalloc/mod.ts";
import { vectors } from "./vectors.ts";

const ips = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1"];

/** Node 0 holds everything, node 1 has just come back: worked example B of the specification. */
const returning: AllocationInput = {
  algorithm: 2,
  noIPTakeover: false,
  noIPFailback: false,
  forceRebalance: [],
  homeNodes: [],
  nodes: [0, 1].map(() => ({
    known: ips.map((address) => ({ address, holder: 0 })),
    available: ips,
  })),
};

Deno.test("a moved address is explained by what it cost on both nodes", () => {
  const moved = allocate(returning).assignments.find((a) => a.address === "10.0.0.3");
  assert.ok(moved);
  assert.equal(moved.pnn, 1);
  assert.deepEqual(moved.explanation, {
    candidates: [0, 1],
    steps: [
      { kind: "held", pnn: 0 },
      { kind: "rebalanced", from: 0, pnn: 1, fromCost: 46166, cost: 0, forced: false },
    ],
  });
});

Deno.test("the last step of every explanation agrees with the decision", () => {
  for (const { name, input } of vectors) {
    for (const a of allocate(input).assignments) {
      const last = a.explanation.steps.at(-1);
      if (a.pnn === NOBODY) {
        assert.ok(last === undefined || last.kind === "unassigned", name);
        assert.ok(a.explanation.unhosted !== undefined, name);
      } else {
        assert.ok(last !== undefined && "pnn" in last && last.pnn === a.pnn, name);
      }
      assert.match(explainInWords(a.pnn, a.explanation), /\w/);
    }
  }
});

Deno.test("unhosted addresses say what stands in the way", () => {
  const nodes = [{ known: [{ address: "10.0.0.1", holder: NOBODY }], available: ["10.0.0.1"] }];
  const [forbidden] = allocate({ ...returning, nodes, noIPTakeover: true }).assignments;
  assert.ok(forbidden);
  assert.match(explainInWords(forbidden.pnn, forbidden.explanation), /NoIPTakeover/);
  const [nowhere] =
    allocate({ ...returning, nodes: [{ ...nodes[0]!, available: [] }] }).assignments;
  assert.ok(nowhere);
  assert.match(explainInWords(nowhere.pnn, nowhere.explanation), /no node is able/);
});

Deno.test("a forecast moves everything off nodes pretended down, and uses those pretended up", () => {
  const settled = allocate(returning);
  assert.deepEqual(new Set(settled.assignments.map((a) => a.pnn)), new Set([0, 1]));
  const down = forecast(returning, { down: [0] });
  assert.deepEqual(down.assignments.map((a) => a.pnn), [1, 1, 1, 1]);
  const failed = {
    ...returning,
    nodes: [{ ...returning.nodes[0]!, available: [] }, returning.nodes[1]!],
  };
  assert.deepEqual(forecast(failed, { up: [0] }), { ...settled, unknown: [] });
});

Deno.test("a forecast with a node whose addresses are not known says so", () => {
  const silent = { ...returning, nodes: [...returning.nodes, { known: [], available: [] }] };
  assert.deepEqual(forecast(silent, { up: [0, 2, 7] }).unknown, [2, 7]);
});

Deno.test("down wins over up", () => {
  fc.assert(fc.property(fc.constantFrom(...vectors), fc.nat(4), ({ input }, pnn) => {
    const { assignments } = forecast(input, { up: [pnn], down: [pnn] });
    assert.ok(assignments.every((a) => a.pnn !== pnn));
  }));
});

Deno.test("nothing to allocate: no address known, or nobody holds and nobody could", () => {
  const known = [{ address: "10.0.0.1", holder: 1 }];
  assert.ok(nothingToAllocate([]));
  assert.ok(nothingToAllocate([{ known: [], available: ["10.0.0.1"] }]));
  // Node 0 names node 1 as holder, which does not say so itself.
  assert.ok(nothingToAllocate([{ known, available: [] }, { known: [], available: [] }]));
  assert.ok(!nothingToAllocate([{ known: [], available: [] }, { known, available: [] }]));
  assert.ok(!nothingToAllocate([{ known, available: ["10.0.0.1"] }]));
});
