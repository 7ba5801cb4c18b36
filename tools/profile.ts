/**
 * `deno task profile LINE`: runs a line of the bench on our daemons under V8's sampling profiler, and
 * shows for one of them in which functions its time went. Deno profiles the main thread only, so the
 * daemons run on its loop here (`[cluster] transport = deno`), where the core is on that thread; what
 * the native loop does shows in `perf` with `DENO_V8_FLAGS=--perf-basic-prof`.
 *
 * @module
 */
import { resolve } from "node:path";
import { scenarioNames } from "../bench/options.ts";
import { type RateScenario, scenarios } from "../bench/scenarios/mod.ts";
import { Cluster, fromTree } from "../testing/cluster/cluster.ts";
import { ROOT, say } from "./console.ts";
import { numberOption, runTask, UsageError } from "./task.ts";

const NODES = 3;

if (import.meta.main) {
  await runTask({
    name: "profile",
    operands: "SCENARIO",
    about: "Shows in which functions the time of our daemons goes in a line of the bench.",
    options: {
      seconds: { type: "string", value: "S", default: "10", help: "how long the load lasts" },
      functions: { type: "string", value: "N", default: "30", help: "rows of the table" },
      output: {
        type: "string",
        value: "DIR",
        default: "dist/profile",
        help: "where tables, flame graphs and profiles go",
      },
    },
    more: `Scenarios: ${
      Object.entries(scenarios).filter(([, { kind }]) => kind === "rate").map(([name]) => name)
        .join(" ")
    }`,
  }, async ({ seconds, functions, output }, operands) => {
    const name = operands.join(",");
    const scenario = scenarios[scenarioNames(name)[0]!]!;
    if (operands.length !== 1 || scenario.kind !== "rate") {
      throw new UsageError(`scenario: ${name}: one whose load lasts is needed`);
    }
    const directory = resolve(ROOT, output, name);
    await Deno.mkdir(directory, { recursive: true });
    await underLoad(scenario, numberOption("seconds", seconds, 0.1) * 1000, directory);
    await report(directory, numberOption("functions", functions, 1));
    return 0;
  });
}

/** Runs the load; the daemons write their profiles when they end. */
async function underLoad(scenario: RateScenario, time_ms: number, directory: string) {
  for await (const { name } of Deno.readDir(directory)) await Deno.remove(`${directory}/${name}`);
  const flags = ["", "-dir=" + directory, "-md", "-flamegraph"].map((part) => `--cpu-prof${part}`);
  await using cluster = await Cluster.start({
    nodes: new Array(NODES).fill(fromTree(ROOT, "ours", flags)),
    clusterLock: false,
    conf: { cluster: { transport: "deno" } },
  });
  const load = await scenario.start(cluster);
  const before = load.done;
  await new Promise((resolve) => setTimeout(resolve, time_ms));
  const rate = (load.done - before) / (time_ms / 1000);
  await load.stop();
  await cluster.stop();
  say(`${scenario.name}: ${rate.toFixed(0)} ${scenario.unit}s/s under the profiler\n`);
}

/** Shows the table of the daemon that was busiest, and names the files. */
async function report(directory: string, rows: number): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
  const tables = await Promise.all(
    names.filter((name) => name.endsWith(".md")).map((name) =>
      Deno.readTextFile(`${directory}/${name}`)
    ),
  );
  const busiest = tables.toSorted((a, b) => samplesOf(b) - samplesOf(a))[0];
  if (busiest === undefined) throw new Error(`read profiles: none in ${directory}`);
  say(hotFunctions(busiest, rows));
  say(`\nProfiles and flame graphs of all daemons and helpers:`);
  for (const name of names) say(`  ${directory}/${name}`);
}

/** How often the profiler saw code of the program, idle times left out. */
function samplesOf(table: string): number {
  const rows = table.split("\n").filter((line) => /^\| *[\d.]+% .*`(?!\(idle\))/.test(line));
  return rows.reduce((sum, row) => sum + Number(/\| *([\d.]+)(?:ms|s) \|/.exec(row)?.[1] ?? 0), 0);
}

function hotFunctions(table: string, rows: number): string {
  const lines = table.slice(table.indexOf("## Hot Functions")).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  return lines.slice(start, start + 2 + rows).filter((line) => line.startsWith("|")).join("\n");
}
