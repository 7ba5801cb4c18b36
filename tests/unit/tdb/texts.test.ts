import assert from "node:assert/strict";
import { formatC } from "../../../lib/tdb/log-format.ts";
import { deviceText, parseProcLocks } from "../../../lib/tdb/proc-locks.ts";

const memory = { string: (address: bigint) => `string at ${address}` };

Deno.test("C formats are rendered from the words of their arguments", () => {
  const cases: [string, bigint[], string][] = [
    ["plain\n", [], "plain\n"],
    ["100%% of %s", [7n], "100% of string at 7"],
    ["%d %i", [0xdeadbeef_ffffffffn, 5n], "-1 5"],
    ["%u 0x%x %08X", [0x1_ffffffffn, 255n, 0xabcn], "4294967295 0xff abc"],
    ["%llu %zu %lx", [2n ** 63n, 9n, 2n ** 40n], "9223372036854775808 9 10000000000"],
    ["%ld", [2n ** 64n - 2n], "-2"],
    ["%s", [0n], "(null)"],
    ["%c%p", [65n, 16n], "A0x10"],
  ];
  for (const [format, words, text] of cases) assert.equal(formatC(format, words, memory), text);
});

Deno.test("a format that is not understood, or wants too much, is shown as it is", () => {
  for (const format of ["%f", "%*d %d", "%n", "%d %d %d", "%", "%q"]) {
    assert.equal(formatC(format, [1n, 2n], memory), format);
  }
});

Deno.test("lines of /proc/locks", () => {
  const text = [
    "1: POSIX  ADVISORY  WRITE 19702 00:1b:9 168 168",
    "1: -> POSIX  ADVISORY  READ 20 00:1b:9 168 168",
    "10: POSIX  ADVISORY  READ 19702 fe:00:16039958 196 EOF",
    "11: FLOCK  ADVISORY  WRITE 7 00:1b:9 0 EOF",
    "12: OFDLCK ADVISORY  WRITE -1 00:1b:9 0 EOF",
    "nonsense",
    "",
  ].join("\n");
  assert.deepEqual(parseProcLocks(text), [
    {
      pid: 19702,
      type: "WRITE",
      waiting: false,
      device: "00:1b",
      inode: "9",
      start: 168,
      end: 168,
    },
    { pid: 20, type: "READ", waiting: true, device: "00:1b", inode: "9", start: 168, end: 168 },
    {
      pid: 19702,
      type: "READ",
      waiting: false,
      device: "fe:00",
      inode: "16039958",
      start: 196,
      end: Infinity,
    },
  ]);
  assert.equal(deviceText(0xfe00), "fe:00");
  assert.equal(deviceText(0x1b), "00:1b");
  assert.equal(deviceText(0x12345678), "456:12378");
});
