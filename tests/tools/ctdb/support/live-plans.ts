import { DaemonConnection } from "../../../../lib/client/mod.ts";
import { openTdb } from "../../../../lib/tdb/mod.ts";
import type { LivePlan, LiveRun } from "./live-run.ts";

type Hook = (run: LiveRun) => Promise<unknown>;

/** The srvid that the process of the captured `process-exists` had registered. */
const REGISTERED_SRVID = 0xaebbccdd12345678n;

const options: LivePlan = {
  before: {
    ...groupFiles("natgw_nodes", {
      0: "127.0.0.1\n127.0.0.2\n127.0.0.3\n",
      5: "127.0.0.1\tfollower-only\n127.0.0.2\n",
      7: "127.0.0.2\n",
      8: "127.0.0.1 junk\n",
      9: "10.9.9.9\n",
      12: "127.0.0.1\tfollower-only\n",
    }),
    ...groupFiles("lvs_nodes", {
      13: "127.0.0.1\n127.0.0.2\n127.0.0.3\n",
      18: "127.0.0.1\tfollower-only\n127.0.0.2\n",
      20: "127.0.0.2\n",
      21: "127.0.0.1 junk\n",
      22: "10.9.9.9\n",
      25: "127.0.0.1\tfollower-only\n",
    }),
    31: async (run) => {
      await writeWork(run, "natgw_nodes", "127.0.0.1\n127.0.0.2\n127.0.0.3\n");
      await writeWork(run, "lvs_nodes", "127.0.0.1\n127.0.0.2\n127.0.0.3\n");
      await run.cluster.ctdb(0, "disable");
    },
    37: (run) => run.cluster.ctdb(0, "enable"),
    66: async (run) => {
      await run.cluster.ctdb(0, "stop", "-n", "1");
      // The recovery that this causes is not the one that is asked for.
      await waitForSize(run, 2);
    },
    67: async ({ cluster }) => {
      await cluster.ctdb(0, "continue", "-n", "1");
      await cluster.waitUntilHealthy();
    },
    86: registerProcess,
  },
};

const database: LivePlan = {
  before: {
    // By then the deleted records had been vacuumed away.
    125: ({ cluster }) =>
      cluster.waitFor("vacuuming of vol.tdb", async () => {
        const { stdout } = await cluster.ctdb(0, "cattdb", "vol.tdb");
        return stdout.endsWith("Dumped 1 record(s)\n");
      }),
    136: (run) => writeWork(run, "empty", ""),
    137: async (run) => {
      const whole = await Deno.readFile(`${run.places.WORK}/per.bak`);
      await Deno.writeFile(`${run.places.WORK}/trunc.bak`, whole.subarray(0, 150));
    },
    164: async ({ places }) => await openTdb(`${places.WORK}/my.tdb`).close(),
    179: (run) => allowAttach(run, 0),
    // The captured cluster was started again here.
    182: async (run) => {
      await run.cluster.restart();
      await run.cluster.ctdb(0, "attach", "vv.tdb");
    },
  },
};

const network: LivePlan = {
  before: {
    0: placeAddresses,
    43: (run) => waitForAddresses(run, ["2", "2", "2", "2"]),
    46: (run) => waitForAddresses(run, ["2", "0", "2", "0"]),
    116: async (run) => {
      await run.cluster.restart();
      await placeAddresses(run);
    },
    118: (run) => allowAttach(run, 0),
    123: (run) => allowAttach(run, 1),
    152: (run) => waitForAddresses(run, ["2", "0", "2", "0", "0"]),
    160: (run) => waitForAddresses(run, ["2", "0", "2", "0", "0", "2"]),
  },
  inNetwork: [90, 92, 95, 98, 99],
};

const nodestate: LivePlan = {
  before: {
    0: ({ cluster, places }) => cluster.ctdb(0, "restoredb", `${places.WORK}/per.bak`),
    19: (run) => waitForSize(run, 2),
    34: (run) => waitForSize(run, 3),
    76: (run) => waitForSize(run, 2),
    85: (run) => waitForAddresses(run, ["0", "0", "0", "0"]),
    // A takeover run that has not ended does not let itself be disabled: wait for one of our own.
    90: ({ cluster }) => cluster.ctdb(0, "ipreallocate"),
    97: leaveSocket,
  },
  skip: {
    41: "shows the moment before the recovery",
    75: "shows the moment before the end of a node is noticed",
  },
};

const event: LivePlan = {
  before: {
    23: async ({ cluster }) => {
      await cluster.restart();
      await cluster.waitFor("a monitor event", async () => {
        const { exit } = await cluster.ctdb(0, "event", "status", "legacy", "monitor");
        return exit === 0;
      });
    },
    32: async ({ cluster }) => {
      await cluster.ctdb(0, "moveip", "192.168.100.1", "2");
      await cluster.ctdb(0, "moveip", "192.168.100.1", "0");
    },
    56: async (run) => {
      await writeScript(run, "legacy/10.local", "echo hello");
      await writeScript(run, "legacy/20.off", "echo off", 0o644);
      await writeScript(run, "legacy/30.other", "printf 'multi\\n\\nlines\\n'");
      await runMonitor(run);
    },
    59: async (run) => {
      await writeScript(run, "legacy/15.fail", "echo one line failure; exit 3");
      await runMonitor(run);
    },
    71: async (run) => {
      await Deno.remove(scriptPath(run, "legacy/15.fail"));
      const fail = 'test "$1" != monitor || { echo not well; exit 1; }';
      await writeScript(run, "legacy/50.unhealthy", fail);
      await run.cluster.waitFor("node 0 to be unhealthy", async () => {
        const { stdout } = await run.cluster.ctdb(0, "scriptstatus");
        const { exit } = await run.cluster.ctdb(0, "nodestatus");
        return exit === 2 && stdout.includes("not well");
      });
    },
    110: async (run) => {
      await Deno.remove(scriptPath(run, "legacy/50.unhealthy"));
      await Deno.mkdir(`${run.cluster.directory(0)}/events/comp2`);
      await writeScript(run, "comp2/01.slow", "sleep 20");
    },
    113: (run) => Deno.chmod(scriptPath(run, "legacy/30.other"), 0o644),
    117: (run) => writeScript(run, "comp2/01.slow", "exit 7"),
  },
};

const older: LivePlan = {
  before: {
    1: ({ cluster }) => cluster.restart(1, ["volatile", "persistent"]),
    22: ({ cluster }) =>
      cluster.waitFor("two addresses on node 0", async () => {
        const { stdout } = await cluster.ctdb(0, "ifaces");
        return stdout.includes("references:2");
      }),
    65: (run) => waitForSize(run, 3),
    66: ({ cluster }) =>
      cluster.waitFor("node 2 to be missed", async () => {
        const { exit } = await cluster.ctdb(0, "nodestatus", "2");
        return exit === 3;
      }),
    67: async (run) => {
      await run.cluster.stopNode(2);
      await leaveSocket(run);
    },
  },
  skip: {
    59: "shows which of two nodes got the lead",
    0: "the older release shows its own number",
    3: "the older release misspells its help of pnn",
    44: "the older release misspells its header",
    ...Object.fromEntries(
      [69, 70, 71, 72].map((index) => [index, "the older release says it otherwise"]),
    ),
  },
};

const PLANS: Readonly<Record<string, LivePlan>> = {
  "options-helpers-misc": options,
  database,
  network,
  nodestate,
  event,
  "v4.17.12": older,
};

/** What was done between the captured runs of a file, and which of them cannot be repeated. */
export function planOf(file: string): LivePlan {
  return PLANS[file] ?? {};
}

function groupFiles(name: string, texts: Record<number, string>): Record<number, Hook> {
  const hook = (text: string): Hook => (run) => writeWork(run, name, text);
  return Object.fromEntries(Object.entries(texts).map(([index, text]) => [index, hook(text)]));
}

async function writeWork({ places }: LiveRun, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${places.WORK}/${name}`, text);
}

function scriptPath({ cluster }: LiveRun, name: string): string {
  return `${cluster.directory(0)}/events/${name}.script`;
}

async function writeScript(run: LiveRun, name: string, body: string, mode = 0o755): Promise<void> {
  const path = scriptPath(run, name);
  await Deno.writeTextFile(path, `#!/bin/sh\n${body}\n`);
  await Deno.chmod(path, mode);
}

async function runMonitor({ cluster }: LiveRun): Promise<void> {
  await cluster.ctdb(0, "event", "run", "10", "legacy", "monitor");
}

/** Makes this process the client that the captured runs ask for; it stays one until the end. */
async function registerProcess(run: LiveRun): Promise<void> {
  const socket = `${run.cluster.directory(0)}/run/ctdbd.socket`;
  const client = await DaemonConnection.connect(socket);
  run.cluster.defer(() => client.close());
  await client.subscribe(REGISTERED_SRVID, () => {});
}

async function allowAttach({ cluster }: LiveRun, value: 0 | 1): Promise<void> {
  for (const node of [0, 1, 2]) {
    await cluster.ctdb(node, "setvar", "AllowClientDBAttach", String(value));
  }
}

/** The C daemon leaves a socket behind that nobody listens at; ours tidies up. */
async function leaveSocket({ cluster }: LiveRun): Promise<void> {
  const path = `${cluster.directory(2)}/run/ctdbd.socket`;
  const exists = await Deno.lstat(path).then(() => true, () => false);
  if (exists) return;
  // Closing the listener removes the file that it made, if it is still there.
  const listener = Deno.listen({ transport: "unix", path: `${path}.new` });
  await Deno.rename(`${path}.new`, path);
  listener.close();
}

/** Waits until a recovery has put this many nodes into the map of record locations. */
async function waitForSize({ cluster }: LiveRun, size: number): Promise<void> {
  await cluster.waitFor(`${size} nodes to locate records`, async () => {
    const { stdout } = await cluster.ctdb(0, "status");
    return stdout.includes(`\nSize:${size}\n`) && stdout.includes("Recovery mode:NORMAL");
  });
}

/** Puts the public addresses where they were: those that end in .1 on node 2, the others on 0. */
async function placeAddresses(run: LiveRun): Promise<void> {
  for (const [host, node] of [[1, 2], [3, 0]]) {
    for (const net of [100, 200]) {
      await run.cluster.ctdb(0, "moveip", `192.168.${net}.${host}`, String(node));
    }
  }
  await waitForAddresses(run, ["2", "0", "2", "0"]);
}

/** Waits until the four public addresses are on the nodes with these numbers. */
async function waitForAddresses({ cluster }: LiveRun, nodes: readonly string[]): Promise<void> {
  const wanted = nodes.join();
  await cluster.waitFor(`addresses on nodes ${wanted}`, async () => {
    const { stdout } = await cluster.ctdb(0, "ip", "all");
    return stdout.trim().split("\n").slice(1).map((line) => line.split(" ")[1]).join() === wanted;
  });
}
