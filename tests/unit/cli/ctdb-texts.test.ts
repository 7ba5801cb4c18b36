import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readBackupHeader,
  readBuffers,
  writeBackup,
} from "../../../cli/ctdb/commands/databases/backup-file.ts";
import { elapsedText } from "../../../cli/ctdb/printing/c-time.ts";
import {
  parseTransactionLine,
  splitLines,
} from "../../../cli/ctdb/commands/databases/ptrans-lines.ts";
import { parseBytes } from "../../../cli/ctdb/printing/text-bytes.ts";
import { escapeBytes, flagsText } from "../../../lib/wire/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("flags are named in the order of the C tool", () => {
  assert.equal(flagsText(0), "OK");
  assert.equal(
    flagsText(0x7f),
    "DISCONNECTED|UNKNOWN|DISABLED|BANNED|UNHEALTHY|DELETED|STOPPED|INACTIVE",
  );
  assert.equal(flagsText(0x24), "DISABLED|STOPPED|INACTIVE");
});

Deno.test("elapsed times count days", () => {
  const day_us = 86_400_000_000n;
  assert.equal(elapsedText(0n, 12n * day_us + 3_723_000_000n), "012 01:02:03");
});

Deno.test("bytes are escaped so that a dump shows each of them", () => {
  assert.equal(escapeBytes(bytes('a"b\\c\0~')), "a\\22b\\5Cc\\00~");
  fc.assert(fc.property(fc.uint8Array(), (data) => {
    const back = escapeBytes(data).replace(
      /\\([0-9A-F]{2})|([^\\])/g,
      (_, hex, plain) => hex ?? plain.charCodeAt(0).toString(16).padStart(2, "0"),
    );
    assert.equal(back.toLowerCase(), data.toHex());
  }));
});

Deno.test("operands in hex must be pairs of digits", () => {
  assert.deepEqual(parseBytes("0x00fF"), new Uint8Array([0, 255]));
  assert.deepEqual(parseBytes("0x"), new Uint8Array());
  assert.deepEqual(parseBytes("0X12"), bytes("0X12"));
  assert.equal(parseBytes("0x123"), "Key (123) contains odd number of hex digits");
  assert.equal(parseBytes("0x12zz34"), "Invalid hex: zz34");
});

Deno.test("a line of a transaction has a key and a value in quotes", () => {
  assert.deepEqual(parseTransactionLine('\t "a b"  "0x4142"\n'), {
    key: bytes("a b"),
    value: bytes("AB"),
  });
  assert.deepEqual(parseTransactionLine('"k" ""\n'), { key: bytes("k"), value: new Uint8Array() });
  assert.equal(parseTransactionLine('"a" "b\n'), 'Unmatched " in input  "b\n');
  assert.equal(parseTransactionLine("abc\n"), "Unsupported input format in abc\n");
  assert.deepEqual([...splitLines(bytes(`${"x".repeat(1500)}\ny`))].map((line) => line.length), [
    1501,
    1,
  ]);
});

Deno.test("a backup reads back what was written, in buffers of bounded size", () => {
  const records = fc.array(
    fc.record({
      key: fc.uint8Array({ minLength: 1 }),
      stored: fc.uint8Array({ maxLength: 60_000 }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(records, (records) => {
      const about = { dbId: 5, name: "test.tdb", flags: 1, time_s: 1_795_329_000n };
      const pieces = writeBackup(about, records);
      const file = new Uint8Array(pieces.flatMap((piece) => [...piece]));
      const header = readBackupHeader(file);
      assert.deepEqual(
        [header.name, header.flags, header.time_s, Number(header.records)],
        [about.name, about.flags, about.time_s, records.length],
      );
      const read = [...readBuffers(file, header)].flatMap((buffer) => buffer.records);
      assert.deepEqual(
        read.map(({ key, data }) => [...key, ...data]),
        records.map(({ key, stored }) => [...key, ...stored]),
      );
      if (file.length > 104) {
        assert.throws(() => [...readBuffers(file.subarray(0, file.length - 1), header)]);
      }
    }),
    { numRuns: 20 },
  );
});
