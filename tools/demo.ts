/**
 * `deno task demo [--nodes N] [--keep] [--web]`: a cluster on this machine that elects, shares, loses a node
 * and recovers, with figures at the end.
 *
 * @module
 */
import { messageOf } from "../lib/base/mod.ts";
import { Cluster, ours } from "../testing/cluster/cluster.ts";
import { complain } from "./console.ts";
import { Demonstration } from "./demo/demonstration.ts";
import { explainCluster } from "./demo/keep.ts";
import { Narrator } from "./demo/narrator.ts";
import { filesForWeb, showInBrowser } from "./demo/web.ts";
import { ensurePackages, RUNTIME_PACKAGES } from "./system-packages.ts";
import { numberOption, runTask, UsageError } from "./task.ts";

const MIN_NODES = 2;
const MAX_NODES = 16;
const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;
/** As of a program that SIGINT has ended. */
const INTERRUPTED_STATUS = 130;
const TDB_LIBRARY = "libtdb.so.1";

interface DemoOptions {
  readonly nodes: number;
  readonly keep: boolean;
  readonly web: boolean;
}

/** Installs libtdb if it is missing and may be; whether it is there in the end. */
async function haveTdb(): Promise<boolean> {
  if (canLoadTdb()) return true;
  await ensurePackages(RUNTIME_PACKAGES);
  if (canLoadTdb()) return true;
  complain(`The library ${TDB_LIBRARY} is needed (Debian's package libtdb1).`);
  return false;
}

function canLoadTdb(): boolean {
  try {
    Deno.dlopen(TDB_LIBRARY, {}).close();
    return true;
  } catch {
    return false;
  }
}

async function main(options: DemoOptions): Promise<number> {
  if (!await haveTdb()) return 1;
  const cluster = Cluster.prepare({
    nodes: Array(options.nodes).fill(ours),
    outliving: options.keep,
    ...(options.web ? { files: filesForWeb(options.nodes), tunables: { MonitorInterval: 3 } } : {}),
  });
  const interrupted = Promise.withResolvers<"interrupted">();
  const interrupt = () => interrupted.resolve("interrupted");
  for (const signal of INTERRUPTS) Deno.addSignalListener(signal, interrupt);
  try {
    const shown = options.web ? showAll(cluster) : demonstrate(cluster);
    const end = await Promise.race([shown, interrupted.promise]);
    if (end === "interrupted") {
      await cluster.discard();
      return INTERRUPTED_STATUS;
    }
    if (options.keep) explainCluster(cluster);
    else await cluster.stop();
    return end === "right" ? 0 : 1;
  } catch (error) {
    complain(`The demonstration failed: ${messageOf(error)}\n${cluster.logTails()}`);
    return 1;
  } finally {
    if (!options.keep) await cluster[Symbol.asyncDispose]();
    for (const signal of INTERRUPTS) Deno.removeSignalListener(signal, interrupt);
  }
}

/** Lets a visitor look and do, until it is enough. */
async function showAll(cluster: Cluster): Promise<"right"> {
  await showInBrowser(cluster, Deno.stdin.readable);
  return "right";
}

/** Shows everything, ending with the report. */
async function demonstrate(cluster: Cluster): Promise<"right" | "wrong"> {
  const narrator = new Narrator();
  await using demonstration = new Demonstration(cluster, narrator);
  await demonstration.run();
  return narrator.report() ? "right" : "wrong";
}

if (import.meta.main) {
  await runTask({
    name: "demo",
    about: "A cluster on this machine that elects, shares, loses a node and recovers.",
    options: {
      nodes: { type: "string", value: "N", default: "3", help: "how many nodes, from 2 to 16" },
      keep: { type: "boolean", help: "leave the cluster up and say how to talk to it" },
      web: { type: "boolean", help: "show it in a browser, and kill nodes by hand" },
    },
  }, async ({ nodes, keep, web }) => {
    const count = numberOption("nodes", nodes, MIN_NODES);
    if (!Number.isInteger(count) || count > MAX_NODES) {
      throw new UsageError(`--nodes: ${nodes}: not from ${MIN_NODES} to ${MAX_NODES}`);
    }
    if (keep && web) throw new UsageError("--keep and --web: one of them");
    return await main({ nodes: count, keep, web });
  });
}
