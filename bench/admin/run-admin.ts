import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";
import { say } from "../../tools/console.ts";
import { numberOption, type TaskLine, type TaskOption } from "../../tools/task.ts";
import { scenarioNames } from "../options.ts";
import { type Load, type RateScenario, scenarios } from "../scenarios/mod.ts";
import { median } from "../support/samples.ts";

/** The command line of `deno task bench admin`. */
export const ADMIN_LINE = {
  name: "bench admin",
  about:
    "Measures what it costs a cluster to be watched: A alone, B with ten scrapes a second, fifty " +
    "event streams and a loop of the heaviest documents at node 0, A, B and so on.",
  options: {
    only: { type: "string", value: "A,B", help: "only these rings" },
    rounds: { type: "string", value: "N", default: "7", help: "samples of each" },
    seconds: { type: "string", value: "S", default: "2", help: "how long a sample takes" },
  },
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

const RINGS = ["message-ring", "fetch-ring"];
const NODES = 3;
const WARM_UP_MS = 3000;
/** Watchers have asked everything once. */
const SETTLE_MS = 1000;
const TICK_US = 10_000;

interface WatchSample {
  readonly hops_per_s: number;
  /** Of the core's thread of node 0. */
  readonly core_us: number;
}

/** Measures each ring, and prints a table. */
export async function runAdmin(
  values: Readonly<Partial<Record<keyof typeof ADMIN_LINE.options, string | undefined>>>,
): Promise<void> {
  const rounds = numberOption("rounds", values.rounds ?? "", 1);
  const sample_ms = numberOption("seconds", values.seconds ?? "", 0.1) * 1000;
  say("| ring | alone | watched | change | core of node 0, alone | watched |");
  say("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const name of values.only === undefined ? RINGS : scenarioNames(values.only)) {
    const scenario = scenarios[name]!;
    if (scenario.kind !== "rate") throw new Error(`${name} is no rate`);
    say(await measureRing(scenario, rounds, sample_ms));
  }
}

async function measureRing(
  scenario: RateScenario,
  rounds: number,
  sample_ms: number,
): Promise<string> {
  await using cluster = await Cluster.start({
    nodes: new Array<typeof ours>(NODES).fill(ours),
    clusterLock: false,
  });
  const load = await scenario.start(cluster);
  await pause(WARM_UP_MS);
  const alone: WatchSample[] = [];
  const watched: WatchSample[] = [];
  for (let round = 0; round < rounds; round++) {
    alone.push(await sample(cluster, load, sample_ms));
    await using _watchers = await startWatchers(cluster);
    await pause(SETTLE_MS);
    watched.push(await sample(cluster, load, sample_ms));
  }
  await load.stop();
  // What drifts on the machine hits those of one round alike.
  const change = median(watched.map(({ hops_per_s }, i) => hops_per_s / alone[i]!.hops_per_s - 1));
  const middle = (samples: readonly WatchSample[], of: keyof WatchSample) =>
    median(samples.map((one) => one[of])).toFixed(of === "core_us" ? 1 : 0);
  return `| ${scenario.name} | ${middle(alone, "hops_per_s")}/s | ` +
    `${middle(watched, "hops_per_s")}/s | ${(100 * change).toFixed(1)} % | ` +
    `${middle(alone, "core_us")} us/hop | ${middle(watched, "core_us")} us/hop |`;
}

async function startWatchers(cluster: Cluster): Promise<RunningProgram> {
  const script = new URL("./watchers.ts", import.meta.url).pathname;
  const socket = `${cluster.node(0).base}/run/admin.socket`;
  const command = [Deno.execPath(), "run", "-A", "--no-check", script, socket];
  const watchers = new RunningProgram(command, { under: ["nice", "-n", "19"] });
  await watchers.stdout(/watching/);
  return watchers;
}

async function sample(cluster: Cluster, load: Load, sample_ms: number): Promise<WatchSample> {
  const thread = coreThread(cluster.node(0).pid);
  const before = { done: load.done, core_us: threadCpu_us(thread), at_ms: performance.now() };
  await pause(sample_ms);
  const done = load.done - before.done;
  const elapsed_s = (performance.now() - before.at_ms) / 1000;
  return {
    hops_per_s: done / elapsed_s,
    core_us: (threadCpu_us(thread) - before.core_us) / done,
  };
}

/** The directory of the core's thread in `/proc`. */
function coreThread(pid: number): string {
  const tasks = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) =>
    `/proc/${pid}/task/${name}`
  );
  const found = tasks.find((task) => Deno.readTextFileSync(`${task}/comm`).startsWith("worker-"));
  if (found === undefined) throw new Error(`Find the core of process ${pid}: no such thread`);
  return found;
}

function threadCpu_us(task: string): number {
  const text = Deno.readTextFileSync(`${task}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
