import assert from "node:assert/strict";
import fc from "fast-check";
import { type Candidate, winsAgainst } from "../../../lib/membership/mod.ts";
import { NodeFlag } from "../../../lib/wire/mod.ts";

const candidate = fc.record({
  canBeLeader: fc.boolean(),
  pnn: fc.nat(15),
  priorityTime_us: fc.bigInt({ min: 0n, max: 3n }),
});

/** What a candidate says of itself; one that cannot lead says it with a flag. */
function messageOf({ canBeLeader, pnn, priorityTime_us }: Candidate) {
  const nodeFlags = canBeLeader ? 0 : NodeFlag.STOPPED;
  return { numConnected: 0, priorityTime: priorityTime_us, pnn, nodeFlags };
}

Deno.test("of two candidates that can lead exactly one wins: the older, else the higher pnn", () => {
  fc.assert(fc.property(candidate, candidate, (a, b) => {
    fc.pre(a.canBeLeader && b.canBeLeader && a.pnn !== b.pnn);
    const aWins = winsAgainst(a, messageOf(b));
    assert.notEqual(aWins, winsAgainst(b, messageOf(a)));
    const older = a.priorityTime_us < b.priorityTime_us;
    const same = a.priorityTime_us === b.priorityTime_us;
    assert.equal(aWins, older || (same && a.pnn > b.pnn));
  }));
});

Deno.test("who cannot lead loses to everybody, and everybody who can wins against it", () => {
  fc.assert(fc.property(candidate, candidate, (a, b) => {
    fc.pre(!a.canBeLeader);
    assert.equal(winsAgainst(a, messageOf(b)), false);
    assert.equal(winsAgainst(b, messageOf(a)), b.canBeLeader);
  }));
});
