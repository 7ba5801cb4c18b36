/** Each alert that needs a fault of its own fires at that fault, and ceases when it is over. */
import assert from "node:assert/strict";
import { openTdb } from "../../lib/tdb/mod.ts";
import { CallFlag, CallId } from "../../lib/wire/mod.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/mod.ts";
import { askAdmin } from "../support/admin-client.ts";
import { StoppedThread, threadsOf } from "../support/stopped-thread.ts";
import { available, freePort, Prometheus, scrapeTargets, socketOf } from "./support/prometheus.ts";
import { runCommand } from "../../testing/process/command.ts";

const DATABASE = "held.tdb";
/** More than the rule allows. */
const WAITERS = 30;
/** A core that is held up so long, then let go, is slow for whoever asks. */
const SLOW = { held_ms: 400, free_ms: 40 };
const SCRAPE_S = 3;

/** The thread that the node's core runs on. */
function coreThread(node: ClusterNode): number {
  const found = threadsOf(node.pid).filter(({ name }) => name.startsWith("worker-"));
  assert.equal(found.length, 1, JSON.stringify(threadsOf(node.pid)));
  return found[0]!.thread;
}

const pause = (time_ms: number) => new Promise((resolve) => setTimeout(resolve, time_ms));

/** All chains of a volatile database of a node, locked by this process until it is disposed of. */
async function heldDatabase(node: ClusterNode) {
  const client = await node.client();
  const dbId = await client.control(node.pnn, "DB_ATTACH", DATABASE);
  const path = await client.control(node.pnn, "GETDBPATH", dbId);
  const tdb = openTdb(path, { flags: await client.control(node.pnn, "DB_OPEN_FLAGS", dbId) });
  tdb.lockAll();
  return {
    dbId,
    [Symbol.dispose]() {
      tdb.unlockAll();
      tdb.close();
    },
  };
}

Deno.test({
  name: "faults of a running cluster: locks, recoveries, a slow core, one that hangs, no leader",
  ignore: !available,
}, async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    tunables: {
      MonitorInterval: 1,
      RerecoveryTimeout: 1,
      RecoverTimeout: 4,
      RecoveryBanPeriod: 5,
      // A thread that stands for a moment is not a node that died.
      KeepaliveLimit: 10,
    },
    conf: { admin: { listen: "127.0.0.1:0" } },
  });
  const [first, second, third] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await using prometheus = await Prometheus.start(await scrapeTargets(cluster), SCRAPE_S);
  await cluster.until(
    "all are scraped",
    async () => (await prometheus.query("ctdb_node_ok == 1")).length === 3,
  );

  await t.step(
    "CtdbLocksWait: somebody has a whole database, and many want its records",
    async () => {
      const client = await second.connect();
      let fetched: Promise<unknown>;
      {
        using held = await heldDatabase(second);
        fetched = Promise.all(Array.from({ length: WAITERS }, (_, i) =>
          client.call({
            dbId: held.dbId,
            key: new TextEncoder().encode(`record ${i}`),
            callid: CallId.NULL,
            flags: CallFlag.IMMEDIATE_MIGRATION,
          })));
        await prometheus.fires("CtdbLocksWait");
      }
      await fetched;
      client.close();
      await prometheus.ceases("CtdbLocksWait");
    },
  );

  await t.step("CtdbRecoveryStuck, CtdbRecoveriesFail: a database cannot be frozen", async () => {
    let recovered: Promise<unknown>;
    {
      using _held = await heldDatabase(second);
      recovered = askAdmin(socketOf(first), "/v1/recover", { method: "POST" });
      await prometheus.fires("CtdbRecoveryStuck");
      await prometheus.fires("CtdbRecoveriesFail");
    }
    await recovered;
    await cluster.untilHealthy();
    await prometheus.ceases("CtdbRecoveryStuck");
  });

  await t.step("CtdbCoreSlow: the core is held up again and again", async () => {
    const thread = coreThread(third);
    let slow = true;
    const slowing = (async () => {
      while (slow) {
        {
          using _stopped = new StoppedThread(thread);
          await pause(SLOW.held_ms);
        }
        await pause(SLOW.free_ms);
      }
    })();
    try {
      await prometheus.fires("CtdbCoreSlow");
    } finally {
      slow = false;
      await slowing;
    }
  });

  await t.step(
    "CtdbCoreHangs: the API answers, the core does not, and /livez says so",
    async () => {
      const socket = socketOf(third);
      await cluster.until(
        "the node lives",
        async () => (await askAdmin(socket, "/livez")).status === 200,
      );
      {
        using _stopped = new StoppedThread(coreThread(third));
        const { status, text } = await cluster.until("livez says that it hangs", async () => {
          const answer = await askAdmin(socket, "/livez?verbose");
          return answer.status === 200 ? undefined : answer;
        });
        assert.equal(status, 503);
        assert.match(text, /no answer in 1000 ms/);
        const head = await askAdmin(socket, "/livez", { method: "HEAD" });
        assert.equal(head.status, 503);
        assert.equal((await askAdmin(socket, "/v1/clients")).status, 503);
        const findings = await askAdmin(socket, "/v1/findings");
        assert.equal(findings.status, 200, findings.text);
        assert.match(findings.text, /A daemon runs but does not answer/);
        await prometheus.fires("CtdbCoreHangs");
      }
      await cluster.until(
        "the node lives again",
        async () => (await askAdmin(socket, "/livez")).status === 200,
      );
      await cluster.untilHealthy();
      await prometheus.ceases("CtdbCoreHangs");
    },
  );

  await t.step("CtdbNoLeader: those that may lead are stopped", async () => {
    for (const node of [first, second]) {
      await cluster.until(
        "the role is off",
        async () => (await node.ctdb(["setleaderrole", "off"])).exit === 0,
      );
    }
    await cluster.until("node 2 leads", async () => await cluster.leader(first) === third.pnn);
    await third.ctdb(["-t", "2", "stop"]);
    await prometheus.fires("CtdbNoLeader");
  });
});

/** A file system of its own over a directory, so small that it can be filled. */
class SmallDisk implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async mount(directory: string): Promise<SmallDisk> {
    await Deno.mkdir(directory, { recursive: true });
    assert.ok(await run("mount", "-t", "tmpfs", "-o", "size=4m", "small-disk", directory));
    return new SmallDisk(directory);
  }

  /** Leaves no byte free. */
  async fill(): Promise<void> {
    assert.ok(!await run("dd", "if=/dev/zero", `of=${this.#directory}/ballast`, "bs=4k"));
  }

  async empty(): Promise<void> {
    await Deno.remove(`${this.#directory}/ballast`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", "--lazy", this.#directory);
  }
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  return (await runCommand([command, ...args])).exit === 0;
}

Deno.test({
  name: "faults of the disk: no room for the history, no good copy of a database",
  ignore: !available,
}, async (t) => {
  await using cluster = Cluster.prepare({
    nodes: [ours],
    tunables: { RerecoveryTimeout: 1 },
    conf: { admin: { listen: `127.0.0.1:${freePort()}` } },
  });
  const [node] = cluster.nodes as readonly [ClusterNode, ...ClusterNode[]];
  await using disk = await SmallDisk.mount(`${node.base}/var/admin`);
  node.start();
  await cluster.untilHealthy();
  await using prometheus = await Prometheus.start(await scrapeTargets(cluster), SCRAPE_S);
  const { exit, stderr } = await node.ctdb(["attach", "secrets.tdb", "persistent"]);
  assert.equal(exit, 0, stderr);
  await cluster.until(
    "the database is measured",
    async () => (await prometheus.query("ctdb_database_healthy == 1")).length === 1,
  );

  await t.step("CtdbHistoryLost: its disk is full, and it comes back when it is not", async () => {
    await disk.fill();
    let lost = false;
    const changing = (async () => {
      while (!lost) await node.ctdb(["setvar", "MonitorInterval", "15"]);
    })();
    try {
      await prometheus.fires("CtdbHistoryLost");
    } finally {
      lost = true;
      await changing;
    }
    await cluster.until(
      "it costs nothing else",
      async () => (await prometheus.query("ctdb_node_ok"))[0] === 1,
    );
    const { text } = await askAdmin(socketOf(node), "/v1/node");
    assert.match(text, /"kept":false,"reason":"history is not kept: .*full/);
    await disk.empty();
    await prometheus.ceases("CtdbHistoryLost");
  });

  await t.step("CtdbDatabaseUnhealthy: no node has a good copy", async () => {
    await node.stop();
    await Deno.truncate(`${node.base}/db/persistent/secrets.tdb.0`, 100);
    node.start();
    await prometheus.fires("CtdbDatabaseUnhealthy");
    await cluster.until(
      "wipedb repairs it",
      async () => (await node.ctdb(["wipedb", "secrets.tdb"])).exit === 0,
    );
    await prometheus.ceases("CtdbDatabaseUnhealthy");
  });
});
