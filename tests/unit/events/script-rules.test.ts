import { errnoText } from "../../../lib/base/mod.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_RULES, isForgiven, refusalOf } from "../../../lib/events/mod.ts";
import { OutputBuffer } from "../../../lib/events/output-buffer.ts";
import { MAX_SCRIPT_OUTPUT_BYTES } from "../../../lib/limits/mod.ts";
import { compareNames, isScriptFile, scriptNameOf } from "../../../lib/events/script-name.ts";
import { replyOfSummary, scriptResultOf } from "../../../lib/events/script-result.ts";
import { logOutput } from "../../../lib/events/script-log.ts";

Deno.test("which files are event scripts", () => {
  for (const file of ["00.ctdb.script", "99..script", "13.a.b.script", "10.ä.script"]) {
    assert.ok(isScriptFile(file), file);
  }
  for (
    const file of ["0.x.script", "000.x.script", "00x.script", "00.script", "00.x.script~", ""]
  ) {
    assert.ok(!isScriptFile(file), file);
  }
  assert.equal(scriptNameOf("13.a.b.script"), "13.a.b");
});

Deno.test("names are ordered by their bytes", () => {
  const names = ["10.z", "10.Z", "10.ä", "05.a", "10.", "10.\u{1f600}", "10.\uffff"];
  assert.deepEqual(names.toSorted(compareNames), [
    "05.a",
    "10.",
    "10.Z",
    "10.z",
    "10.ä",
    "10.\uffff",
    "10.\u{1f600}",
  ]);
});

Deno.test("stored results by the table of events.md A.4", () => {
  const ofExit = (code: number) => scriptResultOf({ how: "exit", code });
  const table: [code: number, result: number][] = [
    [0, 0],
    [1, 1],
    [63, 63],
    [64, 0],
    [65, -1],
    [66, -8],
    [77, -8],
    [99, -35],
    [174, -110],
    [189, -125],
    [254, -190],
    [255, 255],
  ];
  for (const [code, result] of table) assert.equal(ofExit(code), result, `exit ${code}`);
  assert.equal(scriptResultOf({ how: "signal", signal: 9 }), -4);
  assert.equal(scriptResultOf({ how: "error", errno: 8 }), -8);
  assert.equal(scriptResultOf({ how: "error", errno: 2 }), -8);
  assert.equal(scriptResultOf({ how: "error", errno: 12 }), -12);
});

Deno.test("the reply tells four outcomes apart", () => {
  assert.deepEqual([0, 3, 255, -4, -110, -125].map(replyOfSummary), [0, 8, 8, 8, 110, 125]);
});

Deno.test("error texts are the C library's", () => {
  assert.equal(errnoText(4), "Interrupted system call");
  assert.equal(errnoText(35), "Resource deadlock avoided");
  assert.equal(errnoText(133), "Memory page has hardware error");
  assert.equal(errnoText(41), "Unknown error 41");
  assert.equal(errnoText(190), "Unknown error 190");
});

Deno.test("a NUL hides the rest of its chunk only", () => {
  const output = new OutputBuffer();
  const bytes = (text: string) => new TextEncoder().encode(text);
  output.append(bytes("one\0hidden"));
  output.append(bytes("two"));
  assert.equal(new TextDecoder().decode(output.snapshot()), "onetwo");
});

Deno.test("output is kept up to a bound, whatever the chunks", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 65_536 }), { maxLength: 20 }), (sizes) => {
      const output = new OutputBuffer();
      let total = 0;
      for (const size of sizes) {
        output.append(new Uint8Array(size).fill(0x61));
        total += size;
      }
      const kept = output.snapshot();
      const letters = Math.min(total, MAX_SCRIPT_OUTPUT_BYTES);
      assert.ok(kept.subarray(0, letters).every((byte) => byte === 0x61));
      assert.equal(output.full, total > MAX_SCRIPT_OUTPUT_BYTES);
      assert.equal(kept.length > letters, output.full);
      assert.ok(kept.length < MAX_SCRIPT_OUTPUT_BYTES + 100);
    }),
    { numRuns: 50 },
  );
});

Deno.test("the log quotes a flood only so far", () => {
  const lines: string[] = [];
  logOutput((script, line) => lines.push(`${script} ${line}`), "10.x", "y\n\n".repeat(1500));
  assert.equal(lines.length, 1001);
  assert.equal(lines.at(-1), "10.x 500 more lines not logged");
});

Deno.test("which events may run during recovery, with which words", () => {
  const allowed = Object.entries(EVENT_RULES).filter(([, rule]) => rule.duringRecovery);
  assert.deepEqual(allowed.map(([event]) => event).sort(), [
    "init",
    "ipreallocated",
    "releaseip",
    "setup",
    "shutdown",
    "startipreallocate",
    "startrecovery",
  ]);
  assert.equal(refusalOf("takeip", ["eth0", "10.0.0.1", "24"], false), undefined);
  assert.match(refusalOf("takeip", ["eth0", "10.0.0.1", "24"], true) ?? "", /recovery is active/);
  assert.equal(refusalOf("releaseip", ["eth0", "10.0.0.1", "24"], true), undefined);
  assert.match(refusalOf("takeip", ["eth0", "10.0.0.1"], false) ?? "", /takes 3 words/);
  assert.match(refusalOf("updateip", ["a", "b", "c d", "24"], false) ?? "", /takes 4 words/);
  assert.deepEqual(
    (["startrecovery", "recovered", "takeip", "releaseip"] as const).map((e) => isForgiven(e, 110)),
    [true, true, true, true],
  );
  assert.ok(!isForgiven("monitor", 110) && !isForgiven("takeip", 8));
});
