import assert from "node:assert/strict";
import { readReport } from "../../../tools/test-report.ts";

const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="67.801">
    <testsuite name="./a.test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="one" classname="./a.test.ts" time="0.169" line="59" col="8">
        </testcase>
        <testcase name="says &lt;skipped/&gt;" classname="./a.test.ts" time="0.169" line="6" col="8">
        </testcase>
        <testcase name="two &quot;b&quot; (needs &apos;x&apos; &amp; y)" classname="./a.test.ts" time="0">
            <skipped/>
        </testcase>
        <testcase name="three" classname="./a.test.ts" time="0.1" line="1" col="8">
            <failure message="Uncaught AssertionError">AssertionError: 1 !== 2 &lt;skipped/&gt;</failure>
        </testcase>
    </testsuite>
</testsuites>
`;

Deno.test("test report: counts by what stands in each case, texts do not confuse it", () => {
  assert.deepEqual(readReport(report), {
    passed: 2,
    failed: 1,
    failures: [{
      name: "three",
      file: "./a.test.ts",
      text: "AssertionError: 1 !== 2 <skipped/>",
    }],
    skipped: [{ name: `two "b" (needs 'x' & y)`, file: "./a.test.ts" }],
  });
});

Deno.test("test report: what a filter left out is not skipped", () => {
  assert.equal(readReport(report, "two").skipped.length, 1);
  assert.equal(readReport(report, "/^t.o/").skipped.length, 1);
  assert.equal(readReport(report, "one").skipped.length, 0);
  assert.equal(readReport(report, "/^w/").skipped.length, 0);
});

Deno.test("test report: nothing was run, or it was not written", () => {
  assert.deepEqual(readReport(""), { passed: 0, failed: 0, failures: [], skipped: [] });
});
