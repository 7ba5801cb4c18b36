/** A daemon whose files are wrong does not start, and says in which line, once. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";

interface WrongFile {
  readonly file: string;
  /** Appended to what the file says. */
  readonly text: string;
  readonly says: RegExp;
}

const fatal: Readonly<Record<string, WrongFile>> = {
  "a section without its bracket": {
    file: "ctdb.conf",
    text: "[cluster\n",
    says: /\/ctdb\.conf:(\d+): conf: syntax error in line \1: \[cluster$/m,
  },
  "a value without a name": {
    file: "ctdb.conf",
    text: "= x\n",
    says: /\/ctdb\.conf:(\d+): conf: syntax error in line \1: = x$/m,
  },
  "no number": {
    file: "ctdb.conf",
    text: "[cluster]\nleader timeout = 5x\n",
    says: /\/ctdb\.conf:\d+: conf: invalid value \[cluster\] -> "leader timeout" = "5x"$/m,
  },
  "a node that is no address": {
    file: "nodes",
    text: "\nnode7\n",
    says: /\/nodes:3: Invalid node address node7$/m,
  },
  "a node that is there twice": {
    file: "nodes",
    text: "10.9.9.9\n10.9.9.9\n",
    says: /\/nodes:3: read nodes, listed already in line 2: 10\.9\.9\.9$/m,
  },
  "a public address without a mask": {
    file: "public_addresses",
    text: "# addresses\n10.1.1.1 lo\n",
    says: /\/public_addresses:2: read public address, no address\/mask: 10\.1\.1\.1$/m,
  },
  "a mask longer than the address": {
    file: "public_addresses",
    text: "10.1.1.1/99 lo\n",
    says: /\/public_addresses:1: read public address, no address\/mask: 10\.1\.1\.1\/99$/m,
  },
  "an interface that is not there": {
    file: "public_addresses",
    text: "10.1.1.1/24 lo\n10.1.1.2/24 nosuch0\n",
    says: /\/public_addresses:2: read public address, no such interface: nosuch0$/m,
  },
};

function append({ base }: ClusterNode, file: string, text: string): void {
  Deno.writeTextFileSync(`${base}/${file}`, text, { append: true });
}

Deno.test("a file with an error stops the start, with its line in the log, once", async (t) => {
  for (const [name, { file, text, says }] of Object.entries(fatal)) {
    await t.step(`${file}: ${name}`, async () => {
      await using cluster = Cluster.prepare({ nodes: [ours] });
      const node = cluster.node(0);
      append(node, file, text);
      node.start();
      await waitFor("the daemon ends", () => !node.running);
      assert.match(node.log(), says);
      assert.equal(node.log().match(new RegExp(says, "gm"))?.length, 1, node.log());
      assert.doesNotMatch(node.log(), /^ {4}at /m, "no stack of ours");
    });
  }
});

Deno.test("a ctdb.conf that is a directory stops the start", async () => {
  await using cluster = Cluster.prepare({ nodes: [ours] });
  const node = cluster.node(0);
  await Deno.remove(`${node.base}/ctdb.conf`);
  await Deno.mkdir(`${node.base}/ctdb.conf`);
  node.start();
  await waitFor("the daemon ends", () => !node.running);
  assert.match(node.log(), /\/ctdb\.conf: read: .*\/ctdb\.conf: Is a directory/);
});

Deno.test("line ends, blanks, byte order mark and a last line without end are the same in all files", async () => {
  const mark = "\ufeff";
  await using cluster = Cluster.prepare({
    nodes: [ours],
    files: { "public_addresses": `${mark}10.1.1.1/24 lo\r\n\r\n  [FD00:0::1]/64 lo` },
  });
  const node = cluster.node(0);
  for (const file of ["ctdb.conf", "nodes"]) {
    const text = await Deno.readTextFile(`${node.base}/${file}`);
    await Deno.writeTextFile(`${node.base}/${file}`, mark + text.replaceAll("\n", "\r\n"));
  }
  append(node, "nodes", "\r\n  \r\n10.9.9.9 # in the other room");
  await Deno.writeTextFile(`${node.base}/ctdb.tunables`, `${mark}RecoverTimeout=7\r\n`);
  node.start();
  await cluster.untilHealthy();
  const listed = await node.ctdb(["listnodes"]);
  assert.equal(listed.stdout, `${node.address}\n10.9.9.9\n`);
  assert.match((await node.ctdb(["getvar", "RecoverTimeout"])).stdout, /= 7$/m);
  const addresses = await node.ctdb(["-X", "ip"]);
  assert.match(addresses.stdout, /\|10\.1\.1\.1\|/);
  assert.match(addresses.stdout, /\|fd00::1\|/);
});

Deno.test("lines that cost nothing else are named in the log", async () => {
  await using cluster = Cluster.prepare({ nodes: [ours] });
  const node = cluster.node(0);
  append(node, "ctdb.tunables", "\nRecoverTimeout\nRecoverInterval=x\n");
  append(node, "ctdb.conf", "[cluster]\njunk line\n");
  node.start();
  await cluster.untilHealthy();
  assert.match(node.log(), /ctdb\.tunables:2: Invalid line containing "RecoverTimeout"$/m);
  assert.match(node.log(), /ctdb\.tunables:3: Invalid value "x" for tunable "RecoverInterval"$/m);
  assert.match(node.log(), /ctdb\.conf:\d+: conf: line without "=" ignored: junk line$/m);
});

Deno.test("the tool goes on with a configuration that was broken meanwhile, and says so", async () => {
  await using cluster = await Cluster.start({ nodes: [ours] });
  const node = cluster.node(0);
  append(node, "ctdb.conf", "[cluster\n");
  const { stdout, stderr, exit } = await node.ctdb(["pnn"]);
  assert.deepEqual([stdout, exit], ["0\n", 0]);
  assert.match(
    stderr,
    /^conf: syntax error in line \d+: \[cluster\nConfiguration file .* is ignored\n$/,
  );
});
