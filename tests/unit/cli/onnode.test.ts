import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStatus } from "../../../cli/onnode/cluster.ts";
import { parseNodesFile } from "../../../cli/onnode/nodes-file.ts";
import { PrefixedLines } from "../../../cli/onnode/run.ts";

const encoder = new TextEncoder();

/** What comes out when `text` comes in as pieces cut at `cuts`. */
function prefixed(text: string, cuts: readonly number[]): string {
  const bytes = encoder.encode(text);
  const out: number[] = [];
  const lines = new PrefixedLines("[n] ", (piece) => void out.push(...piece));
  let from = 0;
  for (const cut of [...cuts, bytes.length].toSorted((a, b) => a - b)) {
    lines.write(bytes.subarray(from, cut));
    from = Math.max(from, Math.min(cut, bytes.length));
  }
  lines.end();
  return new TextDecoder().decode(Uint8Array.from(out));
}

Deno.test("every line gets its prefix, however the text was cut", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 5 }).map((text) =>
    text.replaceAll("\n", "")
  );
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), fc.array(fc.nat(40)), (lines, ended, cuts) => {
      const text = lines.join("\n") + (ended && lines.length > 0 ? "\n" : "");
      const expected = text.split(/(?<=\n)/).filter((line) => line !== "")
        .map((line) => `[n] ${line}`).join("");
      assert.equal(prefixed(text, cuts), expected);
    }),
  );
});

Deno.test("a line that is too long to be held is passed on, with one prefix", () => {
  const long = "x".repeat(3 * PrefixedLines.maxHeld);
  assert.equal(prefixed(`a\n${long}\nb`, [70_000, 140_000]), `[n] a\n[n] ${long}\n[n] b`);
});

Deno.test("onnode numbers nodes as the daemon does: a comment is one that is no more, a blank line none", () => {
  const text = "\ufeff1.1.1.1\r\n#2.2.2.2\n\n\t 3.3.3.3 # three\r\n[FD00:0::4]\nhost5";
  assert.deepEqual(parseNodesFile(text), ["1.1.1.1", undefined, "3.3.3.3", "fd00::4", "host5"]);
  assert.deepEqual(parseNodesFile(""), []);
});

Deno.test("the state of a node is in the columns of its row", () => {
  const rows = "|Node|IP|Disconnected|Unknown|Banned|ThisNode|\n" +
    "|0|10.0.0.1|0|0|0|Y|\n|1|1|1|0|0|N|\n|2|10.0.0.3|0|0|1|N|\n|x|10.0.0.4|0|0|0|N|\n";
  assert.deepEqual(parseStatus(rows, "healthy"), [0]);
  assert.deepEqual(parseStatus(rows, "connected"), [0, 2]);
});
