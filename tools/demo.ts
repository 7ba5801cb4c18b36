/**
 * `deno task demo [--nodes N] [--keep]`: a cluster on this machine that elects, shares, loses a node
 * and recovers, with figures at the end.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/base/mod.ts";
import { Cluster, ours } from "../tests/support/cluster.ts";
import { complain } from "./console.ts";
import { Demonstration } from "./demo/demonstration.ts";
import { explainCluster } from "./demo/keep.ts";
import { Narrator } from "./demo/narrator.ts";
import { ensurePackages, RUNTIME_PACKAGES } from "./system-packages.ts";

const USAGE = `Usage: deno task demo [--nodes N] [--keep]

  --nodes N  how many nodes, from 2 to 16 (default 3)
  --keep     leave the cluster up and say how to talk to it
`;
const TDB_LIBRARY = "libtdb.so.1";

interface DemoOptions {
  readonly nodes: number;
  readonly keep: boolean;
}

function parseOptions(args: string[]): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        nodes: { type: "string", default: "3" },
        keep: { type: "boolean", default: false },
      },
    });
    const nodes = Number(values.nodes);
    const sensible = Number.isInteger(nodes) && nodes >= 2 && nodes <= 16;
    return sensible ? { nodes, keep: values.keep } : undefined;
  } catch {
    return undefined;
  }
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

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    complain(USAGE);
    return 2;
  }
  if (!await haveTdb()) return 1;
  const cluster = Cluster.prepare({
    nodes: Array(options.nodes).fill(ours),
    outliving: options.keep,
  });
  const end = () => void cluster[Symbol.asyncDispose]().then(() => Deno.exit(130));
  Deno.addSignalListener("SIGINT", end);
  Deno.addSignalListener("SIGTERM", end);
  const narrator = new Narrator();
  try {
    await using demonstration = new Demonstration(cluster, narrator);
    await demonstration.run();
    const right = narrator.report();
    if (!options.keep) await cluster.stop();
    return right ? 0 : 1;
  } catch (error) {
    complain(`The demonstration failed: ${messageOf(error)}\n${cluster.logTails()}`);
    return 1;
  } finally {
    if (options.keep) explainCluster(cluster);
    else await cluster[Symbol.asyncDispose]();
    Deno.removeSignalListener("SIGINT", end);
    Deno.removeSignalListener("SIGTERM", end);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
