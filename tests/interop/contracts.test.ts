/**
 * What other programs run and parse (`docs/spec/contracts.md`): lines there that begin with "=" are
 * steps here, or tests that `tests/unit/tooling/contracts.test.ts` names.
 */
import assert from "node:assert/strict";
import { openTdb } from "../../lib/tdb/mod.ts";
import { Cluster, ours, type ProgramResult } from "../../testing/cluster/cluster.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";
import { runCommand, spawnCommand } from "../../testing/process/command.ts";

type Ctdb = (...args: string[]) => Promise<ProgramResult>;

const script = "#!/bin/sh\necho looked at everything\n";

/** Three nodes with public addresses that nobody puts on an interface, and one event script. */
async function withCluster(work: (ctdb: Ctdb, cluster: Cluster) => Promise<void>): Promise<void> {
  const addresses = [1, 2, 3].map((host) => `192.0.2.${host}/32 lo\n`).join("");
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    files: { public_addresses: addresses, "events/legacy/00.test.script": script },
  });
  await work((...args) => cluster.node(0).ctdb(args), cluster);
}

/** The words that come out of a shell pipe. */
async function pipe(text: string, command: string): Promise<string> {
  return (await runCommand(["sh", "-c", command], { stdin: text })).stdout.trim();
}

Deno.test("contracts with other programs, on a cluster", async (t) => {
  await withCluster(async (ctdb, cluster) => {
    await t.step("sambacc: the readiness probe, and whether JSON can be had", async () => {
      assert.equal((await ctdb("nodestatus")).exit, 0);
      assert.equal((await ctdb("version", "--json")).exit, 0);
    });

    await t.step("sambacc: who am I, who leads, by both names", async () => {
      assert.match((await ctdb("pnn")).stdout, /^0\n$/);
      const leader = await ctdb("leader");
      assert.match(leader.stdout, /^\d+\n$/);
      assert.deepEqual(await ctdb("recmaster"), leader);
    });

    await t.step(
      "sambacc: the same with a debug level, which it gives to all programs",
      async () => {
        const pnn = await ctdb("pnn", "--debuglevel=3");
        assert.deepEqual([pnn.exit, pnn.stdout], [0, "0\n"], pnn.stderr);
        assert.equal((await ctdb("reloadnodes", "--debuglevel=3")).exit, 0);
      },
    );

    await t.step("sambacc: every key of status --json that it reads", async () => {
      const status = JSON.parse((await ctdb("status", "--json")).stdout);
      assert.equal(status.node_status.node_count, 3);
      assert.equal(status.node_status.deleted_node_count, 0);
      assert.deepEqual(Object.keys(status.node_status.nodes), ["0", "1", "2"]);
      for (const node of Object.values<Record<string, unknown>>(status.node_status.nodes)) {
        assert.deepEqual([node["flags_ok"], node["partially_online"]], [true, false]);
      }
      assert.equal(status.vnn_status.size, 3);
      assert.deepEqual(status.vnn_status.vnn_map[2], { hash: 2, lmaster: 2 });
      assert.deepEqual([status.recovery_mode, status.recovery_mode_raw], ["NORMAL", 0]);
    });

    await t.step("sambacc: ip all, moveip", async () => {
      const addresses = async () =>
        (await ctdb("ip", "all")).stdout.trimEnd().split("\n")
          .filter((line) => !/^(#|Public IP)/.test(line)).map((line) => line.split(" "));
      await cluster.until(
        "all addresses are hosted",
        async () => (await addresses()).every(([, node]) => node !== "-1"),
      );
      const lines = await addresses();
      assert.equal(lines.length, 3);
      for (const words of lines) assert.equal(words.length, 2, words.join(" "));
      const [address, holder] = lines[0]!;
      const to = String((Number(holder) + 1) % 3);
      assert.equal((await ctdb("moveip", address!, to)).exit, 0);
      const moved = (await addresses()).find(([one]) => one === address);
      assert.equal(moved![1], to);
    });

    await t.step("sambacc: debug levels", async () => {
      assert.equal((await ctdb("setdebug", "INFO")).exit, 0);
      assert.match((await ctdb("getdebug")).stdout, /INFO/);
      assert.equal((await ctdb("setdebug", "NOTICE")).exit, 0);
    });

    await t.step("sambacc: reloadnodes", async () => {
      assert.equal((await ctdb("reloadnodes")).exit, 0);
    });

    await t.step("sambacc: databases of a single server are converted", async () => {
      const source = `${cluster.directory}/passdb.tdb`;
      const tdb = openTdb(source);
      tdb.store(new TextEncoder().encode("USER_tester\0"), new TextEncoder().encode("record"));
      tdb.close();
      const ltdbtool = [...ours.daemon.slice(0, -1), "ltdbtool"];
      const run = async (...args: string[]) => {
        const { exit, stdout, stderr } = await runCommand([...ltdbtool, ...args]);
        assert.equal(exit, 0, stderr);
        return stdout;
      };
      await run("convert", "-s0", source, `${source}.0`);
      assert.match(await run("dump", "-e", "-s", "0", `${source}.0`), /USER_tester/);
      assert.ok((await Deno.stat(`${source}.0`)).size > 0);
    });

    await t.step("Pacemaker: a release above 4.9.0 is left over", async () => {
      const command = `awk '{print $NF}' | sed "s/[-.]\\?[[:alpha:]].*//"`;
      const version = await pipe((await ctdb("version")).stdout, command);
      assert.match(version, /^\d+\.\d+\.\d+$/);
      const [major, minor] = version.split(".").map(Number);
      assert.ok(major! > 4 || (major === 4 && minor! >= 9), version);
    });

    await t.step("Pacemaker: the state of this node, within times", async () => {
      const { stdout, exit } = await ctdb("-t", "10", "-T", "20", "status");
      assert.equal(exit, 0);
      assert.match(stdout, /(OK|DISABLED) \(THIS/);
      await ctdb("disable");
      assert.match((await ctdb("status")).stdout, /DISABLED \(THIS/);
      await ctdb("enable");
    });

    // check_ctdb looks for rows with bars, which no ctdb has printed since 4.8: 4.24.5 prints the
    // same with -X as without, and so does ours.
    await t.step("check_ctdb: scriptstatus, with -X as without", async () => {
      await cluster.until(
        "a monitor event has run",
        async () => /^00\.test +OK +\d+\.\d{3} /m.test((await ctdb("-X", "scriptstatus")).stdout),
      );
      assert.match((await ctdb("scriptstatus")).stdout, /^ {2}OUTPUT: looked at everything$/m);
    });

    await t.step("check_ctdb: a ping of all nodes, two blanks and all", async () => {
      const all = await ctdb("-n", "all", "ping");
      assert.equal(all.exit, 0);
      const lines = all.stdout.trimEnd().split("\n");
      assert.equal(lines.length, 3);
      for (const [node, line] of lines.entries()) {
        assert.match(
          line,
          new RegExp(`^response from ${node} time=\\d+\\.\\d{6} sec  \\(\\d+ clients\\)$`),
        );
      }
    });

    await t.step("the Go exporter: its columns, found by name, and its commands", async () => {
      // It reads what is printed to both ends as one text.
      const said = async (...args: string[]) => {
        const { stdout, stderr } = await ctdb(...args);
        assert.equal(stderr, "");
        return stdout.trim();
      };
      assert.match(await said("recmaster"), /^\d+$/);
      const [header, ...rows] = (await said("status", "-Y")).split("\n").map((line) =>
        line.split("|")
      );
      const wanted = ["Node", "IP", "Disconnected", "Banned", "Disabled", "Unhealthy", "Stopped"];
      for (const name of [...wanted, "Inactive", "PartiallyOnline", "ThisNode"]) {
        assert.ok(header!.includes(name), name);
      }
      assert.deepEqual(rows.map((row) => row[header!.indexOf("ThisNode")]), ["Y", "N", "N"]);
      const [names, values] = (await said("statistics", "-Y")).split("\n");
      assert.equal(names!.split("|").length, values!.split("|").length);
      assert.ok(names!.split("|").includes("num_clients"));
    });

    await t.step("sos: everything that it collects", async () => {
      const commands = [
        ...["ip", "ping", "status", "ifaces", "listnodes", "listvars", "statistics", "getdbmap"],
        "event script list legacy",
      ];
      for (const command of commands) {
        const { stdout, stderr, exit } = await ctdb(...command.split(" "));
        assert.equal(exit, 0, `${command}: ${stderr}`);
        assert.notEqual(stdout, "", command);
      }
    });

    await t.step(
      "check_ctdb: a node that is away is named, and the exit status says so",
      async () => {
        await cluster.node(2).kill();
        await cluster.untilHealthy([cluster.node(0), cluster.node(1)]);
        const all = await ctdb("-n", "all", "ping");
        assert.equal(all.exit, 255);
        assert.match(all.stdout, /^Unable to get ping response from node 2$/m);
        assert.match(all.stdout, /^response from 1 /m);
      },
    );

    await t.step(
      "Pacemaker: scripts are switched without a daemon, and its absence is told",
      async () => {
        await cluster.node(0).kill();
        const { stdout, stderr, exit } = await ctdb("status");
        assert.notEqual(exit, 0);
        const text = stdout + stderr;
        assert.match(text, /Connection refused|No such file or directory|connect\(\) failed/);
        for (const operation of ["disable", "enable"]) {
          const run = await ctdb("event", "script", operation, "legacy", "00.test");
          assert.equal(run.exit, 0, run.stderr);
        }
      },
    );
  });
});

Deno.test("sambacc: the daemon stays in the foreground, with a debug level that it is given", async () => {
  await using cluster = Cluster.prepare({ nodes: [ours] });
  const node = cluster.node(0);
  const child = spawnCommand([...ours.daemon, "--interactive", "--debuglevel=3"], {
    env: node.env,
    stdout: "null",
    stderr: "null",
  });
  try {
    // The gate for starting smbd: text or a failure means "not yet".
    await cluster.until(
      "pnn is an integer",
      async () => /^0\n$/.test((await node.ctdb(["pnn"])).stdout),
    );
    assert.equal(
      await Promise.race([child.status.then(() => "ended"), Promise.resolve("runs")]),
      "runs",
    );
  } finally {
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
  }
});

/** Debian's: says 0 when it holds the lock, 1 when another does, and goes with its parent. */
const foreignHelper = "/usr/libexec/ctdb/ctdb_mutex_fcntl_helper";

Deno.test({
  name: "a lock helper of others holds the cluster lock for our leader, and goes with it",
  ignore: !await Deno.stat(foreignHelper).then(({ isFile }) => isFile, () => false),
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "ctdb-contracts-" });
    try {
      const lock = `${directory}/lock`;
      const command = `!${foreignHelper} ${lock}`;
      await using cluster = await Cluster.start({
        nodes: [ours, ours],
        conf: { cluster: { "cluster lock": command } },
      });
      const said = (await cluster.node(1).ctdb(["getreclock"])).stdout;
      assert.equal(said, `${command}\n`);
      const leader = Number((await cluster.node(1).ctdb(["leader"])).stdout);
      // Whoever asks after the leader has it gets 1: it is held, by a process of this program.
      await using refused = new RunningProgram([foreignHelper, lock]);
      assert.equal(await refused.stdoutEnd(), "1");
      await cluster.node(leader).kill();
      await cluster.untilHealthy([cluster.node(1 - leader)]);
      await using stillHeld = new RunningProgram([foreignHelper, lock]);
      assert.equal(await stillHeld.stdoutEnd(), "1");
      await cluster.node(1 - leader).kill();
      await cluster.until("the helper has gone with its daemon", async () => {
        await using free = new RunningProgram([foreignHelper, lock]);
        return /^0/.test(await free.stdout(/^[01]/));
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
