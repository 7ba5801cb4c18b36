/** What a node does about database files that were damaged while it was down. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";

type Damage = (path: string) => Promise<void>;

const overwrite = (text: string): Damage => async (path) => {
  using file = await Deno.open(path, { write: true });
  await file.write(new TextEncoder().encode(text));
};

const damages: Readonly<Record<string, Damage>> = {
  "cut to 100 bytes": (path) => Deno.truncate(path, 100),
  "cut in the middle": (path) => Deno.truncate(path, 5000),
  "bad magic": overwrite("garbage"),
  "no bytes at all": (path) => Deno.truncate(path, 0),
};

async function good(node: ClusterNode, ...args: string[]): Promise<string> {
  const { stdout, stderr, exit } = await node.ctdb(args);
  assert.equal(exit, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Names in the directory of persistent databases that were set aside. */
function setAside(node: ClusterNode, directory = "db/persistent"): string[] {
  return [...Deno.readDirSync(`${node.base}/${directory}`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".corrupt"));
}

for (const [name, damage] of Object.entries(damages)) {
  Deno.test(`a persistent database that is damaged is fetched from the other node: ${name}`, async () => {
    await using cluster = await Cluster.start({
      nodes: [ours, ours],
      tunables: { RerecoveryTimeout: 1 },
    });
    const [first, second] = [cluster.node(0), cluster.node(1)];
    await good(first, "attach", "secrets.tdb", "persistent");
    await good(first, "pstore", "secrets.tdb", "key", "value");
    await second.stop();
    await damage(`${second.base}/db/persistent/secrets.tdb.1`);
    second.start();
    await cluster.untilHealthy();
    assert.equal(await good(second, "pfetch", "secrets.tdb", "key"), "value\n");
    assert.match(await good(second, "cattdb", "secrets.tdb"), /"value"/);
    await good(second, "pstore", "secrets.tdb", "key", "other");
    const kept = setAside(second);
    if (name === "no bytes at all") return assert.deepEqual(kept, []);
    assert.match(kept.join(), /^secrets\.tdb\.1\.\d{8}\.\d{6}\.corrupt$/);
    assert.ok(second.log().includes(`kept as ${second.base}/db/persistent/${kept[0]}`));
  });
}

Deno.test("a cluster that starts whole takes the copy of the node whose file is sound", async () => {
  await using cluster = await Cluster.start({ nodes: [ours, ours] });
  const [first, second] = [cluster.node(0), cluster.node(1)];
  await good(first, "attach", "secrets.tdb", "persistent");
  await good(first, "pstore", "secrets.tdb", "key", "value");
  await Promise.all([first.stop(), second.stop()]);
  await Deno.truncate(`${first.base}/db/persistent/secrets.tdb.0`, 100);
  first.start();
  second.start();
  await cluster.untilHealthy();
  assert.equal(await good(first, "pfetch", "secrets.tdb", "key"), "value\n");
  assert.equal(setAside(first).length, 1);
});

Deno.test("without a good copy anywhere a node waits, and restoredb or wipedb let it go on", async () => {
  await using cluster = await Cluster.start({
    nodes: [ours],
    tunables: { RerecoveryTimeout: 1 },
  });
  const node = cluster.node(0);
  const backup = `${node.base}/secrets.bak`;
  await good(node, "attach", "secrets.tdb", "persistent");
  await good(node, "pstore", "secrets.tdb", "key", "value");
  await good(node, "backupdb", "secrets.tdb", backup);
  const repairs = [
    { words: ["restoredb", backup], expected: "value\n" },
    { words: ["wipedb", "secrets.tdb"], expected: "\n" },
  ];
  for (const { words, expected } of repairs) {
    await node.stop();
    await Deno.truncate(`${node.base}/db/persistent/secrets.tdb.0`, 100);
    const before = node.log().length;
    node.start();
    await waitFor(
      "the log says what to do",
      () =>
        /use ctdb restoredb or wipedb: secrets.tdb \(.*file was damaged, is kept as/
          .test(node.log().slice(before)),
    );
    const attach = await node.ctdb(["-t", "3", "pfetch", "secrets.tdb", "key"]);
    assert.notEqual(attach.exit, 0, "an empty database is no database");
    assert.match(await good(node, "getdbstatus", "secrets.tdb"), /^HEALTH: .*file was damaged/m);
    await good(node, ...words);
    await cluster.untilHealthy();
    assert.equal(await good(node, "pfetch", "secrets.tdb", "key"), expected);
  }
  assert.equal(setAside(node).length, 2);
});

Deno.test("garbage in persistent_health.tdb costs a warning, and the file is made anew", async () => {
  await using cluster = await Cluster.start({ nodes: [ours] });
  const node = cluster.node(0);
  await good(node, "attach", "secrets.tdb", "persistent");
  await good(node, "pstore", "secrets.tdb", "key", "value");
  for (const text of ["garbage, and no database", ""]) {
    await node.stop();
    await Deno.writeTextFile(`${node.base}/db/state/persistent_health.tdb.0`, text);
    node.start();
    await cluster.untilHealthy();
    assert.equal(await good(node, "pfetch", "secrets.tdb", "key"), "value\n");
  }
  assert.match(node.log(), /file of health verdicts is damaged, kept as .*\.corrupt: all/);
  assert.match(
    setAside(node, "db/state").join(),
    /^persistent_health\.tdb\.0\.\d{8}\.\d{6}\.corrupt$/,
  );
});
