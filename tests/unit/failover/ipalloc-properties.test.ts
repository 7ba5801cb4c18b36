import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allocate,
  type Allocation,
  type AllocationInput,
  NOBODY,
} from "../../../lib/failover/ipalloc/mod.ts";

const address = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(9)).map(([net, host]) => `10.0.${net}.${host + 1}`),
  },
  { weight: 1, arbitrary: fc.nat(9).map((host) => `fd00::${(host + 1).toString(16)}`) },
);

const nodeReport = (pool: readonly string[], pnns: number) =>
  fc.record({
    known: fc.subarray([...pool]).chain((list) =>
      fc.tuple(...list.map((entry) =>
        fc.record({
          address: fc.constant(entry),
          holder: fc.oneof(fc.constant(NOBODY), fc.nat(pnns - 1)),
        })
      ))
    ),
    canHostAll: fc.boolean(),
    seed: fc.nat(),
  }).map(({ known, canHostAll, seed }) => ({
    known,
    available: known.map((entry) => entry.address)
      .filter((_, i) => canHostAll || ((seed >>> (i % 16)) & 1) === 0),
  }));

const anyInput: fc.Arbitrary<AllocationInput> = fc
  .tuple(fc.uniqueArray(address, { minLength: 1, maxLength: 24 }), fc.integer({ min: 1, max: 6 }))
  .chain(([pool, nodes]) =>
    fc.record({
      nodes: fc.array(nodeReport(pool, nodes), { minLength: nodes, maxLength: nodes }),
      algorithm: fc.nat(3),
      noIPTakeover: fc.boolean(),
      noIPFailback: fc.boolean(),
      forceRebalance: fc.array(fc.nat(8), { maxLength: 3 }),
      homeNodes: fc.array(
        fc.record({ address: fc.constantFrom(...pool), pnn: fc.nat(8) }),
        { maxLength: 4 },
      ),
    })
  );

/** Every node knows and can host everything; holders are as they happen to be. */
function everybodyAble(input: AllocationInput): AllocationInput {
  const all = [...new Set(input.nodes.flatMap((node) => node.known.map((k) => k.address)))];
  const nodes = input.nodes.map((node) => {
    const holders = new Map(node.known.map((k) => [k.address, k.holder]));
    return {
      known: all.map((entry) => ({ address: entry, holder: holders.get(entry) ?? NOBODY })),
      available: all,
    };
  });
  return { ...input, nodes, noIPTakeover: false };
}

const canHost = (input: AllocationInput, pnn: number, wanted: string) =>
  input.nodes[pnn]?.available.includes(wanted) === true;

/** The same cluster after the result was carried out. */
function carriedOut(input: AllocationInput, result: Allocation): AllocationInput {
  const now = new Map(result.assignments.map((a) => [a.address, a.pnn]));
  const nodes = input.nodes.map((node) => ({
    ...node,
    known: node.known.map((k) => ({ ...k, holder: now.get(k.address) ?? NOBODY })),
  }));
  return { ...input, nodes };
}

const places = (result: Allocation) =>
  Object.fromEntries(result.assignments.map((a) => [a.address, a.pnn]));

function loads(input: AllocationInput, result: Allocation): number[] {
  return input.nodes.map((_, pnn) => result.assignments.filter((a) => a.pnn === pnn).length);
}

Deno.test("each known address is decided once, and only for a node that can host it", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { assignments } = allocate(input);
      const known = new Set(input.nodes.flatMap((node) => node.known.map((k) => k.address)));
      assert.deepEqual(new Set(assignments.map((a) => a.address)), known);
      assert.equal(assignments.length, known.size);
      for (const a of assignments) {
        assert.ok(a.pnn === NOBODY || canHost(input, a.pnn, a.address));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("an address that some node can take is never left unhosted", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      for (const a of allocate(input).assignments) {
        const able = input.nodes.some((_, pnn) => canHost(input, pnn, a.address));
        if (able && !input.noIPTakeover) assert.notEqual(a.pnn, NOBODY);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("NoIPTakeover gives nobody a new address, except the deterministic home", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      if (input.algorithm === 0) return;
      for (const a of allocate({ ...input, noIPTakeover: true }).assignments) {
        assert.ok(a.pnn === NOBODY || a.pnn === a.previous);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("NoIPFailback moves nothing that may stay", () => {
  fc.assert(
    fc.property(anyInput, fc.constantFrom(1, 2), (input, algorithm) => {
      for (const a of allocate({ ...input, algorithm, noIPFailback: true }).assignments) {
        if (canHost(input, a.previous, a.address)) assert.equal(a.pnn, a.previous);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("LCP2 moves nothing that may stay unless a node is empty or named", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const calm = { ...input, algorithm: 2, forceRebalance: [], noIPFailback: true };
      // Where every node is left with something before the fill, there is no rebalance target.
      const kept = allocate({ ...calm, noIPTakeover: true });
      fc.pre(loads(input, kept).every((load) => load > 0));
      for (const a of allocate({ ...calm, noIPFailback: false }).assignments) {
        if (canHost(input, a.previous, a.address)) assert.equal(a.pnn, a.previous);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("the deterministic result does not depend on who holds what", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const det = { ...input, algorithm: 0 };
      const forgotten = {
        ...det,
        nodes: det.nodes.map((node) => ({
          ...node,
          known: node.known.map((k) => ({ ...k, holder: NOBODY })),
        })),
      };
      assert.deepEqual(places(allocate(det)), places(allocate(forgotten)));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a second run changes nothing (deterministic and LCP2)", () => {
  fc.assert(
    fc.property(anyInput, fc.constantFrom(0, 2), (input, algorithm) => {
      const once = { ...input, algorithm, forceRebalance: [] };
      const first = allocate(once);
      assert.deepEqual(places(allocate(carriedOut(once, first))), places(first));
    }),
    { numRuns: 500 },
  );
});

Deno.test("non-deterministic: where all are able, loads differ by at most one", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const able = { ...everybodyAble(input), algorithm: 1, noIPFailback: false };
      const counts = loads(able, allocate(able));
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String(counts));
    }),
    { numRuns: 300 },
  );
});

Deno.test("LCP2: a fresh IPv4 cluster is filled within the ratio of the distances", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const able = { ...everybodyAble(input), algorithm: 2, noIPFailback: true };
      const nodes = able.nodes.map((node) => ({
        known: node.known.filter((k) => !k.address.includes(":"))
          .map((k) => ({ ...k, holder: NOBODY })),
        available: node.available,
      }));
      const fresh = { ...able, nodes };
      const counts = loads(fresh, allocate(fresh));
      // Two IPv4 addresses are 96..127 alike, so one more address costs 96^2..127^2 per neighbour.
      const bound = 1 + Math.min(...counts) * (127 / 96) ** 2;
      assert.ok(Math.max(...counts) <= bound, String(counts));
    }),
    { numRuns: 300 },
  );
});

Deno.test("file order and report order have no influence", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const reversed = {
        ...input,
        nodes: input.nodes.map((node) => ({
          known: [...node.known].reverse(),
          available: [...node.available].reverse(),
        })),
      };
      assert.deepEqual(allocate(reversed), allocate(input));
    }),
    { numRuns: 200 },
  );
});
