import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { say } from "../../tools/console.ts";
import { numberOption, type TaskLine, type TaskOption } from "../../tools/task.ts";
import { scenarioNames } from "../options.ts";
import { type Load, scenarios } from "../scenarios/mod.ts";
import { median, medianInterval } from "../support/samples.ts";
import { coreAndEdge, processCpu_us, threadCpu_us } from "../support/thread-usage.ts";
import { Watchers } from "./watch-control.ts";

/** The command line of `deno task bench admin`. */
export const ADMIN_LINE = {
  name: "bench admin",
  about:
    "Measures what it costs a cluster to be watched: A alone, B with ten scrapes a second, fifty " +
    "event streams and a loop of the heaviest documents at node 0; A, B, B, A and so on, as many " +
    "pairs as it takes to tell 2 % from noise. Five minutes.",
  options: {
    only: { type: "string", value: "A,B", help: "only these rings" },
    pairs: { type: "string", value: "N", default: "36", help: "samples of each" },
    seconds: { type: "string", value: "S", default: "0.9", help: "how long a sample takes" },
  },
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

const RINGS = ["message-ring", "fetch-ring"];
const NODES = 3;
/**
 * What is loaded for the first visitors, and compiled while they ask for it the first thousands of
 * times, is work that a daemon has once in its life. It takes minutes: V8's own threads are then at
 * half of what they take at first.
 */
const WARM_UP_MS = 120_000;
/** A ring has its tempo. */
const RING_WARM_UP_MS = 5000;
/** Whoever has come or gone has done so. */
const SETTLE_MS = 250;
/** What being watched may cost a ring. */
const ALLOWED = 0.02;

interface WatchSample {
  readonly hops_per_s: number;
  /** Of the core's thread of node 0, for a hop. */
  readonly core_us: number;
  /** Of the thread of its edge, as a share of a processor. */
  readonly edge: number;
  /** The same of its other threads: the compiler's and those of files. */
  readonly helpers: number;
  /** The same of those who look, who are no part of the node. */
  readonly lookers: number;
}

/** A ring that was alone and was watched, one right after the other. */
interface Pair {
  readonly alone: WatchSample;
  readonly watched: WatchSample;
}

/** Measures each ring, and prints a table. */
export async function runAdmin(
  values: Readonly<Partial<Record<keyof typeof ADMIN_LINE.options, string | undefined>>>,
): Promise<void> {
  const count = numberOption("pairs", values.pairs ?? "", 1);
  const sample_ms = numberOption("seconds", values.seconds ?? "", 0.1) * 1000;
  const verdicts: string[] = [];
  say(
    "| ring | alone | watched | change (95 %) | core of node 0, a hop | change (95 %) | edge | its helpers | lookers |",
  );
  say("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  await using cluster = await Cluster.start({
    nodes: new Array<typeof ours>(NODES).fill(ours),
    clusterLock: false,
  });
  await using watchers = Watchers.start(`${cluster.node(0).base}/run/admin.socket`);
  await watchers.watch();
  await pause(WARM_UP_MS);
  await watchers.rest();
  for (const name of values.only === undefined ? RINGS : scenarioNames(values.only)) {
    const scenario = scenarios[name]!;
    if (scenario.kind !== "rate") throw new Error(`${name} is no rate`);
    const load = await scenario.start(cluster);
    const pairs = await measureRing({ cluster, load, watchers }, count, sample_ms);
    await load.stop();
    say(row(scenario.name, pairs));
    verdicts.push(verdict(scenario.name, pairs));
  }
  say("");
  for (const line of verdicts) say(line);
}

async function measureRing(
  running: Running,
  count: number,
  sample_ms: number,
): Promise<readonly Pair[]> {
  const { watchers } = running;
  await pause(RING_WARM_UP_MS);
  const pairs: Pair[] = [];
  for (let done = 0; done < count; done++) {
    // What drifts on the machine goes up as often as down: A B, B A, A B ...
    const first = await sampleSettled(running, sample_ms);
    if (watchers.watching) await watchers.rest();
    else await watchers.watch();
    const second = await sampleSettled(running, sample_ms);
    pairs.push(
      watchers.watching ? { alone: first, watched: second } : { alone: second, watched: first },
    );
  }
  return pairs;
}

/** What runs while a sample is taken. */
interface Running {
  readonly cluster: Cluster;
  readonly load: Load;
  readonly watchers: Watchers;
}

async function sampleSettled(
  { cluster, load, watchers }: Running,
  sample_ms: number,
): Promise<WatchSample> {
  await pause(SETTLE_MS);
  const { pid } = cluster.node(0);
  const { core, edge } = coreAndEdge(pid);
  const look = () => ({
    done: load.done,
    core_us: threadCpu_us(core),
    edge_us: threadCpu_us(edge),
    helpers_us: processCpu_us(pid, [core, edge]),
    lookers_us: processCpu_us(watchers.pid),
    at_ms: performance.now(),
  });
  const before = look();
  await pause(sample_ms);
  const after = look();
  const hops = after.done - before.done;
  const elapsed_ms = after.at_ms - before.at_ms;
  const share = (of: "edge_us" | "helpers_us" | "lookers_us") =>
    (after[of] - before[of]) / (1000 * elapsed_ms);
  return {
    hops_per_s: 1000 * hops / elapsed_ms,
    core_us: (after.core_us - before.core_us) / hops,
    edge: share("edge_us"),
    helpers: share("helpers_us"),
    lookers: share("lookers_us"),
  };
}

/** By how much something changes when the ring is watched, in each pair. */
function changes(pairs: readonly Pair[], of: keyof WatchSample): number[] {
  return pairs.map(({ alone, watched }) => watched[of] / alone[of] - 1);
}

function row(name: string, pairs: readonly Pair[]): string {
  const middle = (which: keyof Pair, of: keyof WatchSample) =>
    median(pairs.map((pair) => pair[which][of]));
  const change = (of: keyof WatchSample) => {
    const values = changes(pairs, of);
    const [low, high] = medianInterval(values);
    return `${percent(median(values))} (${percent(low)} to ${percent(high)})`;
  };
  const rate = (which: keyof Pair) => `${middle(which, "hops_per_s").toFixed(0)}/s`;
  const core = `${middle("alone", "core_us").toFixed(1)} -> ${
    middle("watched", "core_us").toFixed(1)
  } us`;
  const share = (of: keyof WatchSample) =>
    `${(100 * middle("alone", of)).toFixed(1)} -> ${(100 * middle("watched", of)).toFixed(1)} %`;
  return `| ${name} | ${rate("alone")} | ${rate("watched")} | ${
    change("hops_per_s")
  } | ${core} | ` +
    `${change("core_us")} | ${share("edge")} | ${share("helpers")} | ${share("lookers")} |`;
}

/** Whether the ring loses less than it may, if that can be told. */
function verdict(name: string, pairs: readonly Pair[]): string {
  const [low, high] = medianInterval(changes(pairs, "hops_per_s"));
  const allowed = `${100 * ALLOWED} %`;
  if (low > -ALLOWED) return `${name}: loses less than ${allowed}`;
  if (high < -ALLOWED) return `${name}: loses more than ${allowed}`;
  return `${name}: undecided, ${allowed} lies within the noise of ${pairs.length} pairs`;
}

function percent(share: number): string {
  return `${share > 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
