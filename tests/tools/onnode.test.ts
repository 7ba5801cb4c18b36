import assert from "node:assert/strict";
import { runBinary } from "../../testing/process/run-binary.ts";
import { OnnodeWorld } from "../support/captured/onnode.ts";
import { expectation, loadCliVectors, substitute } from "../support/cli-vectors.ts";
import { expectedRun } from "../support/departures.ts";

const PROGRAM = "/opt/ctdb/tools/onnode";

/** Lines of nodes that run at the same time come in any order. */
function inSomeOrder(text: string): string[] {
  return text.split(/(?=\[192)|\n/).sort();
}

const vectors = loadCliVectors("onnode");
for (const [index, captured] of vectors.entries()) {
  const vector = expectedRun("onnode", index, captured);
  const name = `onnode ${vector.argv.slice(1).map((word) => `'${word}'`).join(" ")}`;
  Deno.test(`captured run ${index}: ${name}`, async () => {
    await using world = new OnnodeWorld(PROGRAM, vectors);
    const { args, env, cwd, places } = world.prepare(vector, index);
    const result = await runBinary(args, {
      program: PROGRAM,
      env,
      cwd,
      ...(vector.stdin === undefined ? {} : { stdin: vector.stdin }),
    });
    if (/^-P?p/.test(vector.argv[1] ?? "")) {
      const expected = inSomeOrder(substitute(vector.stdout, places));
      assert.deepEqual(inSomeOrder(result.stdout), expected);
    } else {
      assert.match(result.stdout, expectation(vector.stdout, places));
    }
    assert.match(result.stderr, expectation(vector.stderr, places));
    assert.equal(result.exit, vector.exit);
  });
}
