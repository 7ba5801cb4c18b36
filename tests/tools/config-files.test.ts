/** `ctdb-config list` and `validate`: the files beside ctdb.conf, as every program reads them. */
import assert from "node:assert/strict";
import { main as config } from "../../cli/ctdb-config.ts";
import { runProgram } from "../../testing/process/program-io.ts";

async function withFiles(
  files: Readonly<Record<string, string>>,
  work: (base: string, run: (...args: string[]) => ReturnType<typeof runProgram>) => Promise<void>,
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-config-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${base}/${name}`, text);
    }
    const env = { CTDB_TEST_MODE: "1", CTDB_BASE: base };
    await work(base, (...args) => runProgram(config, args, { program: "ctdb-config", env }));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("ctdb-config list: each kind of file, whatever its line ends and spellings", async () => {
  const files = {
    nodes: "\ufeff10.0.0.1\r\n#10.0.0.2\r\n\r\n[FD00:0::3] # three",
    public_addresses: "\r\n# all\r\n10.1.1.1/24 lo,lo\r\nFD00:0::9/64\tlo # one",
    home_nodes: "10.1.1.1 0\r\nFD00:0::9 2",
    natgw_nodes: "FD00:0::1\tfollower-only\r\n10.0.0.2\r\n# nobody\r\nname junk\r\n",
  };
  await withFiles(files, async (base, run) => {
    const lists = [
      [["nodes"], "0 10.0.0.1\n2 fd00::3\n"],
      [["public_addresses"], "10.1.1.1 24 lo,lo\nfd00::9 64 lo\n"],
      [["home_nodes"], "10.1.1.1 0\nfd00::9 2\n"],
      [["group", `${base}/natgw_nodes`], "fd00::1 follower-only\n10.0.0.2\nname junk\n"],
    ] as const;
    for (const [words, stdout] of lists) {
      assert.deepEqual(await run("list", ...words), { stdout, stderr: "", exit: 0 });
    }
    assert.equal((await run("list", "nosuch")).exit, 1);
    assert.equal((await run("list", "group")).exit, 1);
  });
});

Deno.test("ctdb-config list names file and line, and prints nothing of a list that is none", async () => {
  await withFiles(
    { nodes: "10.0.0.1\nnode2\n", home_nodes: "x\n10.1.1.1 0\n" },
    async (base, run) => {
      assert.deepEqual(await run("list", "nodes"), {
        stdout: "",
        stderr: `${base}/nodes:2: Invalid node address node2\n`,
        exit: 22,
      });
      assert.deepEqual(await run("list", "home_nodes"), {
        stdout: "10.1.1.1 0\n",
        stderr: `${base}/home_nodes:1: read home node, no address and node number: x\n`,
        exit: 0,
      });
    },
  );
});

Deno.test("ctdb-config validate looks at the files beside ctdb.conf, too", async () => {
  const files = {
    "ctdb.conf": "[cluster]\n",
    nodes: "10.0.0.1\n10.0.0.1\n",
    public_addresses: "10.1.1.1/33 lo\n",
    home_nodes: "10.1.1.1\n",
    "ctdb.tunables": "RecoverTimeout\n",
  };
  await withFiles(files, async (base, run) => {
    const { stdout, stderr, exit } = await run("validate");
    assert.deepEqual([stdout, exit], ["", 22]);
    assert.deepEqual(stderr.replaceAll(`${base}/`, "").trim().split("\n"), [
      "nodes:2: read nodes, listed already in line 1: 10.0.0.1",
      "public_addresses:1: read public address, no address/mask: 10.1.1.1/33",
      "home_nodes:1: read home node, no address and node number: 10.1.1.1",
      'ctdb.tunables:1: Invalid line containing "RecoverTimeout"',
    ]);
  });
});

Deno.test("ctdb-config validate refuses what the daemon would not start with", async () => {
  for (
    const [lines, why] of [
      ["listen = [::]:9980", "[admin] listen = [::]:9980 is beyond this machine and without TLS"],
      ["listen = localhost:9980", "[admin] listen: localhost:9980: write an address and a port"],
      ["certificate = /c", "[admin] key is missing"],
    ] as const
  ) {
    await withFiles({ "ctdb.conf": `[admin]\n\t${lines}\n` }, async (base, run) => {
      const { stdout, stderr, exit } = await run("validate");
      assert.deepEqual([stdout, exit], ["", 22], lines);
      assert.ok(stderr.startsWith(`${base}/ctdb.conf: ${why}`), stderr);
    });
  }
  await withFiles({ "ctdb.conf": "[admin]\n\tlisten = 127.0.0.1:9980\n" }, async (_base, run) => {
    assert.deepEqual((await run("validate")).exit, 0);
  });
});
