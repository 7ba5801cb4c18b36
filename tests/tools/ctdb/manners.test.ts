/** How the tool behaves towards people and shells: failures in a line, help, completion. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { commandTable } from "../../../cli/ctdb/commands.ts";
import { explainNoDaemon } from "../../../cli/ctdb/framework/connect-failure.ts";
import { ConnectionError } from "../../../lib/client/mod.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { descendants } from "../../../testing/process/process-tree.ts";
import { binaryCommand } from "../../../testing/process/run-binary.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";
import { waitFor } from "../../../testing/process/wait.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import {
  healthyState,
  richState,
  withFault,
  withFlags,
} from "../../../testing/fake-daemon/fake-state.ts";

interface Place {
  readonly base: string;
  readonly env: Record<string, string>;
  readonly daemon: FakeDaemon;
}

async function withDaemon(work: (place: Place) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-manners-" });
  await Deno.writeTextFile(`${base}/nodes`, "127.0.0.1\n");
  try {
    await using daemon = await FakeDaemon.start(base, healthyState());
    await work({ base, daemon, env: { CTDB_TEST_MODE: "yes", CTDB_BASE: base } });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("a daemon that dies while the tool waits ends the tool with 1 and a line", async () => {
  await withDaemon(async ({ env, daemon }) => {
    daemon.state = withFault("GET_PID", 0, "silent");
    const run = runProgram(ctdb, ["-d", "NOTICE", "getpid"], { env });
    await waitFor("it waits for the answer", () => daemon.unanswered.includes("GET_PID"));
    daemon.dropClients();
    const { stdout, stderr, exit } = await run;
    assert.deepEqual([stdout, exit], ["", 1]);
    assert.match(stderr, /^Connection to the daemon: .*\n$/);
  });
});

Deno.test("shutdown of the local node returns when the daemon has ended", async () => {
  await withDaemon(async ({ env, daemon }) => {
    const run = runProgram(ctdb, ["shutdown"], { env });
    await waitFor("it waits for the end", () => daemon.unanswered.includes("SHUTDOWN"));
    daemon.dropClients();
    assert.deepEqual(await run, { stdout: "", stderr: "", exit: 0 });
  });
});

Deno.test("--socket goes before the configured socket", async () => {
  await withDaemon(async ({ base, env }) => {
    await Deno.rename(`${base}/run/ctdbd.socket`, `${base}/other`);
    const found = await runProgram(ctdb, ["--socket", `${base}/other`, "pnn"], { env });
    assert.deepEqual([found.stdout, found.exit], ["0\n", 0]);
    const missing = await runProgram(ctdb, ["pnn"], { env });
    assert.match(missing.stderr, /^connect\(\) failed, errno=2\nFailed to connect to CTDB daemon/);
    assert.equal(missing.exit, 1);
  });
});

Deno.test("a node that is not there or does not answer is named", async () => {
  await withDaemon(async ({ env, daemon }) => {
    daemon.state = withFlags({ 1: 1 });
    for (const [node, text] of [[1, "has status DISCONNECTED|INACTIVE"], [7, "does not exist"]]) {
      const { stderr, exit } = await runProgram(ctdb, ["-n", String(node), "ping"], { env });
      assert.deepEqual([stderr, exit], [`Node ${node} ${text}\n`, 1]);
    }
  });
});

Deno.test("Ctrl-C ends the tool with a line and the status of the signal", async () => {
  await withDaemon(async ({ env, daemon }) => {
    daemon.state = withFault("GET_PID", 0, "silent");
    // At a terminal it listens before it asks; the runtime catches the signal earlier, to no avail.
    const command = [...binaryCommand, "ctdb", "getpid"].map((word) => `'${word}'`).join(" ");
    await using program = new RunningProgram(["script", "-qec", command, "/dev/null"], { env });
    await waitFor("it waits for the answer", () => daemon.unanswered.includes("GET_PID"));
    Deno.kill(descendants(program.pid).at(-1)!, "SIGINT");
    assert.equal(await program.stdoutEnd(), "Interrupted: getpid\r\n");
    assert.equal(await program.exit(), 130);
  });
});

Deno.test("a nodes command that cannot run is told with the reason, one that fails as in C", async () => {
  const base = await Deno.makeTempDir({ prefix: "ctdb-nodes-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  const cases: [source: string, said: RegExp][] = [
    ["!/nosuch/program x", /^run: \/nosuch\/program: .*No such file/],
    [`!${base}/ctdb.conf`, /^run: .*ctdb\.conf: .*[Pp]ermission denied/],
    ["!/bin/false", /^$/],
  ];
  for (const [source, said] of cases) {
    await Deno.writeTextFile(`${base}/ctdb.conf`, `[cluster]\n  nodes list = ${source}\n`);
    const { stderr, exit } = await runProgram(ctdb, ["listnodes"], { env });
    const lines = stderr.trimEnd().split("\n");
    assert.deepEqual([lines.pop(), exit], [`Failed to read nodes from "${source}"`, 1]);
    assert.match(lines.join("\n"), said);
  }
  await Deno.remove(base, { recursive: true });
});

Deno.test("every command has a help with an example that begins with its name", async () => {
  for (const { name, example: [line] } of commandTable) {
    const { stdout, exit } = await runProgram(ctdb, ["help", name]);
    assert.equal(exit, 0);
    assert.match(stdout, new RegExp(`^Usage: ctdb ${name}\\b`));
    assert.match(line, new RegExp(`\\bctdb ${name}\\b`));
    assert.ok(stdout.includes(`Example:\n  ${line}\n`), stdout);
  }
  const unknown = await runProgram(ctdb, ["help", "nosuch"]);
  assert.deepEqual([unknown.stderr, unknown.exit], ["Unknown command 'nosuch'\n", 1]);
});

Deno.test("who may not use the socket is told so", async () => {
  const error = new ConnectionError("Connect", { errno: 13 });
  assert.equal(
    await explainNoDaemon(error, "/run/ctdb/ctdbd.socket", "/nonexistent/nodes"),
    "connect() failed, errno=13\n" +
      "Failed to connect to CTDB daemon (/run/ctdb/ctdbd.socket)\n" +
      "Permission denied: run as root",
  );
});

Deno.test("errors of ours are a line and never a stack", async () => {
  await withDaemon(async ({ base, env, daemon }) => {
    daemon.state = richState();
    // The daemon says where the file is, but what is there is none.
    await Deno.writeTextFile(`${base}/var/db/brlock.tdb`, "not a database at all");
    const { stdout, stderr, exit } = await runProgram(ctdb, ["cattdb", "brlock.tdb"], { env });
    assert.deepEqual([stdout, exit], ["", 1]);
    assert.equal(
      stderr,
      "attach: brlock.tdb failed to open tdb file\nFailed to attach to DB brlock.tdb\n",
    );
  });
});
