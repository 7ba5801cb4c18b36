/** The captured runs without a daemon: configuration, node list, and why there is no connection. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { ctdbVectors, repeatVector, vectorName } from "./support/vector-run.ts";

const NODES = "192.168.1.1\n#192.168.1.2\n\n  192.168.1.3  \nfd00::5\n\n";
const BAD_NODES = "192.168.1.1\nbadhost\n";
// Nobody has an address of the range that is kept for documentation.
const FOREIGN_NODES = "192.0.2.1\n";

/** The files of a setup: `ctdb.conf` and `nodes`, absent where not given. */
const SETUPS: Readonly<Record<string, { readonly conf?: string; readonly nodes?: string }>> = {
  "ctdb.conf contents: [cluster] section with undefined key foo; nodes file absent": {
    conf: "[cluster]\n foo = bar\n",
  },
  "ctdb.conf with invalid node address": { conf: "[cluster]\n node address = foo\n" },
  "no nodes file": {},
  'nodes file: "192.168.1.1\\n#192.168.1.2\\n\\n  192.168.1.3  \\nfd00::5\\n\\n"': { nodes: NODES },
  "same nodes file": { nodes: NODES },
  "daemon down; nodes file has no local address": { nodes: FOREIGN_NODES },
  "nodes file with a hostname on line 2": { nodes: BAD_NODES },
  "daemon down; nodes file unparsable": { nodes: BAD_NODES },
  "daemon down; nodes file absent": {},
  "ctdb.conf: [cluster] nodes list = !/bin/echo 10.0.0.7": {
    conf: "[cluster]\n nodes list = !/bin/echo 10.0.0.7\n",
  },
  "nodes list = !/bin/false": { conf: "[cluster]\n nodes list = !/bin/false\n" },
  "nodes list = /nonexistent/nodes": { conf: "[cluster]\n nodes list = /nonexistent/nodes\n" },
};

Deno.test("ctdb without a daemon says what the reference said", async (t) => {
  const work = await Deno.makeTempDir({ prefix: "ctdb-alone-" });
  const directory = `${work}/cfg`;
  await Deno.mkdir(directory);
  const run = { places: { BASE: work, WORK: work, PREFIX: work }, env: () => ({}) };
  for (const numbered of ctdbVectors("config-path")) {
    await t.step(vectorName(numbered), async () => {
      const setup = SETUPS[numbered.vector.setup];
      assert.ok(setup !== undefined, `no files for: ${numbered.vector.setup}`);
      await place(`${directory}/ctdb.conf`, setup.conf);
      await place(`${directory}/nodes`, setup.nodes);
      await repeatVector(numbered, run);
    });
  }
  await Deno.remove(work, { recursive: true });
});

async function place(path: string, text: string | undefined): Promise<void> {
  if (text === undefined) await Deno.remove(path).catch(() => {});
  else await Deno.writeTextFile(path, text);
}

Deno.test("ctdb in test mode without CTDB_BASE ends as abort() does", async () => {
  const result = await runProgram(ctdb, ["status"], { env: { CTDB_TEST_MODE: "yes" } });
  assert.equal(result.exit, -6);
  assert.equal(result.stderr, "Broken CTDB setup, CTDB_BASE not set in test mode\n");
});
