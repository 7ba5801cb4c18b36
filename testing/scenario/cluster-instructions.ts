/**
 * What scenarios do to a cluster of daemons.
 *
 *     wait healthy 0            until all that run are well, and node 0 leads; or whoever
 *     wait size 2               until a recovery has put so many nodes into the map of the first
 *     wait leader 1             until all that run say that node 1 leads
 *     wait addresses 2 0 2 0    until the public addresses are on these nodes, `-1` on none
 *     start 1, stop 1           a daemon, as an administrator does; `kill 1` without a chance
 *     freeze 1, thaw 1          a daemon that stands, and goes on
 *     restart 0 volatile        all daemons, node 0 leads; databases of a kind are forgotten
 *     script 0 legacy/10.a 644  an event script of node 0, of the mode if it is not 755
 *     client 0 0xabcd           a client of node 0 that has registered for a srvid
 *     socket 2                  a socket of node 2 that nobody listens at
 *     tdb PATH                  an empty database file
 *
 * @module
 */
import { openTdb } from "../../lib/tdb/mod.ts";
import type { IsolatedCluster } from "../cluster/isolated-cluster.ts";
import { waitFor } from "../process/wait.ts";

type Instruction = (
  world: IsolatedCluster,
  words: readonly string[],
  input: string | undefined,
) => Promise<void>;

/** The instructions by their first words. */
export const clusterInstructions: Readonly<Record<string, Instruction>> = {
  async wait(world, [what, ...values]) {
    const wait = WAITS[what ?? ""];
    if (wait === undefined) throw new Error(`Wait for something of a cluster: ${what}`);
    await wait(world, values);
  },

  start(world, [pnn]) {
    world.cluster.node(Number(pnn)).start();
    return Promise.resolve();
  },

  stop: (world, [pnn]) => stopNode(world, Number(pnn)),

  kill: (world, [pnn]) => world.cluster.node(Number(pnn)).kill(),

  freeze: (world, [pnn]) => signal(world, pnn, "SIGSTOP"),

  thaw: (world, [pnn]) => signal(world, pnn, "SIGCONT"),

  async restart(world, [leader, ...forgotten]) {
    await Promise.all(world.running.map(({ pnn }) => stopNode(world, pnn)));
    for (const { base } of world.cluster.nodes) {
      for (const kind of forgotten) {
        await Deno.remove(`${base}/db/${kind}`, { recursive: true });
        await Deno.mkdir(`${base}/db/${kind}`);
      }
    }
    await world.startAll(Number(leader));
  },

  async script(world, [pnn, name, mode = "755"], body) {
    const path = `${world.cluster.node(Number(pnn)).base}/events/${name}.script`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, `#!/bin/sh\n${body}`);
    await Deno.chmod(path, parseInt(mode, 8));
  },

  async client(world, [pnn, srvid]) {
    const client = await world.cluster.node(Number(pnn)).connect();
    world.defer(() => client.close());
    await client.subscribe(BigInt(srvid!), () => {});
  },

  async socket(world, [pnn]) {
    const path = world.cluster.node(Number(pnn)).socket;
    if (await exists(path)) return;
    // Closing the listener removes the file that it made, if it is still there.
    const listener = Deno.listen({ transport: "unix", path: `${path}.new` });
    await Deno.rename(`${path}.new`, path);
    listener.close();
  },

  async tdb(_world, [path]) {
    await openTdb(path!).close();
  },
};

const WAITS: Readonly<Record<string, (world: IsolatedCluster, values: string[]) => Promise<void>>> =
  {
    healthy: (world, [leader]) =>
      world.untilHealthy(leader === undefined ? undefined : Number(leader)),

    size: (world, [size]) =>
      world.until(`${size} nodes locate records`, async () => {
        const map = await world.running[0]!.recovered();
        return map?.map.length === Number(size);
      }),

    leader: (world, [leader]) =>
      world.until(`node ${leader} leads`, async () => {
        const leaders = await Promise.all(world.running.map(({ pnn }) => world.leaderOf(pnn)));
        return leaders.every((pnn) => pnn === Number(leader));
      }),

    addresses: (world, wanted) =>
      world.until(`addresses are on nodes ${wanted.join(" ")}`, async () => {
        const { stdout } = await world.ctdb(world.running[0]!.pnn, "ip", "all");
        const lines = stdout.trim().split("\n").slice(1);
        return lines.map((line) => line.split(" ")[1]).join(" ") === wanted.join(" ");
      }),
  };

/** Ends the daemon of a node, and waits for all that belongs to it. */
async function stopNode(world: IsolatedCluster, pnn: number): Promise<void> {
  const node = world.cluster.node(pnn);
  await node.stop();
  // The C daemon's event daemon outlives it by some seconds, and keeps its place.
  const pidfile = `${node.base}/run/eventd.pid`;
  await waitFor(`the event daemon of node ${pnn} ends`, async () => !await exists(pidfile));
}

function signal(world: IsolatedCluster, pnn: string | undefined, name: Deno.Signal): Promise<void> {
  Deno.kill(world.cluster.node(Number(pnn)).pid, name);
  return Promise.resolve();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
