import assert from "node:assert/strict";
import fc from "fast-check";
import { applyRuleOfPushed, applyStoreRule } from "../../../lib/records/store-rule.ts";
import {
  readRecordHeader,
  RecordFlag,
  RO_FLAGS,
  writeRecordHeader,
} from "../../../lib/wire/mod.ts";

const SELF = 1;
const OTHER = 2;
const { AUTOMATIC, MIGRATED_WITH_DATA, RO_HAVE_DELEGATIONS, VACUUM_MIGRATED } = RecordFlag;

interface Row {
  readonly row: string;
  readonly flags: number;
  readonly owner: number;
  readonly data: number;
  readonly lmaster: boolean;
  readonly keep: boolean;
  readonly schedule: boolean;
  readonly rsn: bigint;
}

/** `records.md` 4.1, one line for each row of its table, with the effects of steps B and C. */
const ROWS: readonly Row[] = [
  {
    row: "1",
    flags: 0,
    owner: SELF,
    data: 5,
    lmaster: false,
    keep: true,
    schedule: false,
    rsn: 8n,
  },
  {
    row: "1b",
    flags: 0,
    owner: OTHER,
    data: 5,
    lmaster: true,
    keep: true,
    schedule: false,
    rsn: 7n,
  },
  {
    row: "2",
    flags: RO_HAVE_DELEGATIONS,
    owner: SELF,
    data: 0,
    lmaster: false,
    keep: true,
    schedule: false,
    rsn: 7n,
  },
  {
    row: "3",
    flags: AUTOMATIC,
    owner: OTHER,
    data: 0,
    lmaster: true,
    keep: true,
    schedule: true,
    rsn: 7n,
  },
  {
    row: "4",
    flags: MIGRATED_WITH_DATA,
    owner: OTHER,
    data: 0,
    lmaster: false,
    keep: true,
    schedule: false,
    rsn: 7n,
  },
  { row: "5", flags: 0, owner: SELF, data: 0, lmaster: true, keep: true, schedule: true, rsn: 8n },
  {
    row: "5b",
    flags: 0,
    owner: OTHER,
    data: 0,
    lmaster: true,
    keep: true,
    schedule: false,
    rsn: 7n,
  },
  {
    row: "6",
    flags: VACUUM_MIGRATED,
    owner: OTHER,
    data: 0,
    lmaster: true,
    keep: true,
    schedule: false,
    rsn: 7n,
  },
  {
    row: "7",
    flags: VACUUM_MIGRATED,
    owner: SELF,
    data: 0,
    lmaster: true,
    keep: false,
    schedule: false,
    rsn: 7n,
  },
  { row: "8", flags: 0, owner: SELF, data: 0, lmaster: false, keep: true, schedule: true, rsn: 8n },
  {
    row: "9",
    flags: 0,
    owner: OTHER,
    data: 0,
    lmaster: false,
    keep: false,
    schedule: false,
    rsn: 7n,
  },
];

for (const { row, flags, owner, data, lmaster, keep, schedule, rsn } of ROWS) {
  Deno.test(`store rule, row ${row}`, () => {
    const header = { rsn: 7n, dmaster: owner, flags };
    assert.deepEqual(applyStoreRule(header, data, SELF, () => lmaster), { keep, schedule });
    assert.equal(header.rsn, rsn);
    assert.equal(header.flags & (AUTOMATIC | VACUUM_MIGRATED), 0);
  });
}

Deno.test("the RSN grows by one only at the owner, only when kept, only without RO flags", () => {
  const flagBits: number[] = Object.values(RecordFlag);
  fc.assert(fc.property(
    fc.subarray(flagBits),
    fc.bigInt({ min: 0n, max: 2n ** 63n }),
    fc.boolean(),
    fc.boolean(),
    fc.nat(3),
    (bits, rsn, own, lmaster, data) => {
      const flags = bits.reduce((all, bit) => (all | bit) >>> 0, 0);
      const header = { rsn, dmaster: own ? SELF : OTHER, flags };
      const { keep } = applyStoreRule(header, data, SELF, () => lmaster);
      const grows = keep && own && (flags & RO_FLAGS) === 0;
      assert.equal(header.rsn, grows ? rsn + 1n : rsn);
      assert.ok(keep || data === 0, "data is never thrown away");
      assert.equal(header.dmaster, own ? SELF : OTHER);
    },
  ));
});

Deno.test("the rule on the bytes of a pushed record is the store rule", () => {
  const anyHeader = fc.record({
    rsn: fc.oneof(fc.bigInt(0n, 2n ** 63n), fc.constantFrom(0xffff_ffffn, 2n ** 40n - 1n)),
    dmaster: fc.constantFrom(0, SELF, OTHER, 0xffff_ffff),
    flags: fc.nat(0xffff_ffff),
  });
  fc.assert(fc.property(anyHeader, fc.nat(9), (header, at) => {
    const value = new Uint8Array(at + 24 + 5).fill(0xee);
    writeRecordHeader(value.subarray(at), header);
    applyRuleOfPushed(value, at, SELF);
    const ruled = { ...header, flags: (header.flags & ~RO_FLAGS) >>> 0 };
    const decision = applyStoreRule(ruled, 5, SELF, () => assert.fail("asked for the lmaster"));
    assert.deepEqual(decision, { keep: true, schedule: false });
    assert.deepEqual(readRecordHeader(value, at), ruled);
    assert.deepEqual(value.subarray(at + 24), new Uint8Array(5).fill(0xee));
  }));
});
