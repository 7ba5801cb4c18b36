/** What a daemon finds in its run directory when it starts, and what it leaves there. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { runCommand } from "../../testing/process/command.ts";

function runFiles({ base }: ClusterNode): string[] {
  return [...Deno.readDirSync(`${base}/run`)].map(({ name }) => name).sort();
}

/** When SIGTERM comes: as soon as a file is there, and a few steps of the start later. */
const moments = ["ctdbd.pid", "ctdbd.socket", "eventd.socket"] as const;

Deno.test("SIGTERM during the start leaves neither pid file nor sockets", async (t) => {
  for (const file of moments) {
    await t.step(`when ${file} is there`, async () => {
      await using cluster = Cluster.prepare({
        nodes: [ours],
        files: { "events/legacy/00.slow.script": "#!/bin/sh\nsleep 30\n" },
      });
      const node = cluster.node(0);
      node.start();
      await waitFor(file, () => runFiles(node).includes(file), { interval_ms: 1 });
      await node.kill("SIGTERM");
      assert.deepEqual(runFiles(node), [], node.log());
    });
  }
});

Deno.test("links in the place of pid file and sockets are replaced, and what they lead to stays", async () => {
  await using cluster = Cluster.prepare({ nodes: [ours] });
  const node = cluster.node(0);
  const precious = `${node.base}/precious`;
  await Deno.writeTextFile(precious, "keep me\n");
  for (const name of ["ctdbd.pid", "ctdbd.socket", "eventd.socket"]) {
    await Deno.symlink(precious, `${node.base}/run/${name}`);
  }
  node.start();
  await cluster.untilHealthy();
  assert.equal(await Deno.readTextFile(precious), "keep me\n");
  assert.equal((await Deno.lstat(`${node.base}/run/ctdbd.pid`)).isFile, true);
  assert.equal((await node.ctdb(["event", "status", "legacy", "monitor"])).exit, 0);
});

Deno.test("a pid file with a second name is not written over", async () => {
  await using cluster = Cluster.prepare({ nodes: [ours] });
  const node = cluster.node(0);
  const precious = `${node.base}/precious`;
  await Deno.writeTextFile(precious, "keep me\n");
  await Deno.link(precious, `${node.base}/run/ctdbd.pid`);
  node.start();
  await cluster.untilHealthy();
  assert.equal(await Deno.readTextFile(precious), "keep me\n");
  assert.equal(Number(await Deno.readTextFile(`${node.base}/run/ctdbd.pid`)), node.pid);
});

Deno.test("a start that fails leaves nothing behind either", async () => {
  await using cluster = Cluster.prepare({
    nodes: [ours],
    files: { "public_addresses": "10.1.1.1/24 nosuch0\n" },
  });
  const node = cluster.node(0);
  node.start();
  await waitFor("the daemon ends", () => !node.running);
  assert.deepEqual(runFiles(node), []);
});

Deno.test("a cluster lock helper that ignores SIGTERM does not outlive the daemon", async () => {
  await using cluster = Cluster.prepare({
    nodes: [ours],
    files: {
      "stubborn.sh": "#!/bin/sh\ntrap '' TERM\necho $$ >>\"$0.pids\"\nprintf 0\n" +
        "while :; do sleep 1; done\n",
    },
  });
  const node = cluster.node(0);
  const conf = `${node.base}/ctdb.conf`;
  const text = await Deno.readTextFile(conf);
  const helper = `${node.base}/stubborn.sh`;
  await Deno.writeTextFile(conf, text.replace(/cluster lock = .*/, `cluster lock = !${helper}`));
  node.start();
  await waitFor("the helper runs", () => Deno.readTextFileSync(`${helper}.pids`).trim() !== "");
  await node.untilAnswering();
  await node.stop();
  for (const pid of Deno.readTextFileSync(`${helper}.pids`).trim().split("\n")) {
    assert.throws(() => Deno.statSync(`/proc/${pid}`), Deno.errors.NotFound, `helper ${pid}`);
  }
});

Deno.test("a nodes list that is a command is run once by a start, and not by the tool", async () => {
  await using cluster = Cluster.prepare({
    nodes: [ours],
    files: { "list.sh": '#!/bin/sh\nprintf x >>"$0.runs"\necho "$1"\n' },
  });
  const node = cluster.node(0);
  const list = `${node.base}/list.sh`;
  const setting = `[cluster]\nnodes list = !${list} ${node.address}\n`;
  await Deno.writeTextFile(`${node.base}/ctdb.conf`, setting, { append: true });
  const runs = () => Deno.readTextFileSync(`${list}.runs`).length;
  const started = await runCommand(node.kind.daemon, { env: node.env });
  assert.equal(started.exit, 0, started.stderr);
  try {
    assert.equal(runs(), 1);
    assert.equal((await node.ctdb(["pnn"])).exit, 0);
    assert.equal((await node.ctdb(["status"])).exit, 0);
    assert.equal(runs(), 1);
    assert.equal((await node.ctdb(["listnodes"])).stdout, `${node.address}\n`);
    assert.equal(runs(), 2);
  } finally {
    // It runs in the background, and would outlive a test that has failed.
    assert.equal((await node.ctdb(["shutdown"])).exit, 0);
  }
  await waitFor("the daemon has ended", () => runFiles(node).length === 0);
});
