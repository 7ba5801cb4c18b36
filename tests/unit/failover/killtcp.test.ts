import assert from "node:assert/strict";
import { main } from "../../../cli/ctdb_killtcp.ts";
import { runProgram } from "../../../testing/process/program-io.ts";

const killtcp = (args: string[], stdin = "") =>
  runProgram(main, args, { program: "ctdb_killtcp", stdin });

Deno.test("wrong number of words: usage and status 1", async () => {
  for (const args of [[], ["eth0", "1.1.1.1:1"], ["a", "b", "c", "d"]]) {
    assert.deepEqual(await killtcp(args), {
      exit: 1,
      stdout: "",
      stderr: "usage: ctdb_killtcp <interface> [ <srcip:port> <dstip:port> ]\n",
    });
  }
});

Deno.test("nothing to do is success", async () => {
  assert.deepEqual(await killtcp(["eth0"], "\n# none\n"), { exit: 0, stdout: "", stderr: "" });
});

Deno.test("what cannot be parsed: a message and status 255", async () => {
  const bad = await killtcp(["eth0", "junk", "1.1.1.1:1"]);
  assert.equal(bad.exit, 255);
  assert.match(bad.stderr, /junk/);
  assert.equal((await killtcp(["eth0"], "1.1.1.1:1\n")).exit, 255);
});
