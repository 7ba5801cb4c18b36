/**
 * `deno task bench syscalls`: what a hop of a ring asks of the kernel, by system call, beside the C
 * daemon (see `docs/benchmarks.md`).
 *
 * @module
 */
import { Cluster, type DaemonKind, debian, ours } from "../../testing/cluster/cluster.ts";
import { say } from "../../tools/console.ts";
import { ensurePackages } from "../../tools/system-packages.ts";
import { numberOption, type TaskLine, type TaskOption, UsageError } from "../../tools/task.ts";
import { scenarioNames } from "../options.ts";
import { type RateScenario, scenarios } from "../scenarios/mod.ts";
import { type Calls, countCalls } from "./strace-count.ts";

/** The command line of `deno task bench syscalls`. */
export const SYSCALLS_LINE = {
  name: "bench syscalls",
  about: "Counts with strace what a hop of a ring asks of the kernel, ours beside Debian's.",
  options: {
    only: { type: "string", value: "A,B", default: "fetch-ring,message-ring", help: "these lines" },
    seconds: { type: "string", value: "S", default: "4", help: "how long each is counted" },
  },
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

const NODES = 3;
const WARM_UP_MS = 3000;
const NEEDED = [
  { name: "strace", purpose: "counting system calls" },
  { name: "ctdb", purpose: "the C daemon" },
];
/** Calls that are rarer than this, per hop, are shown as one row. */
const RARE = 0.005;

/** System calls a hop. */
type Rates = ReadonlyMap<string, number>;

/** Counts on both daemons, and prints a table for each line. */
export async function runSyscalls(
  values: Readonly<Record<keyof typeof SYSCALLS_LINE.options, string>>,
): Promise<void> {
  const time_ms = numberOption("seconds", values.seconds, 0.1) * 1000;
  const missing = await ensurePackages(NEEDED);
  if (missing.length > 0) throw new UsageError(`${missing[0]!.name} is not installed`);
  for (const name of scenarioNames(values.only)) {
    const scenario = scenarios[name]!;
    if (scenario.kind !== "rate") throw new UsageError(`scenario: ${name}: its load does not last`);
    const mine = await ratesOf(ours, scenario, time_ms);
    const theirs = await ratesOf(debian, scenario, time_ms);
    say(syscallTable(scenario, mine, theirs));
  }
}

async function ratesOf(
  kind: DaemonKind,
  scenario: RateScenario,
  time_ms: number,
): Promise<Rates> {
  await using cluster = await Cluster.start({
    nodes: new Array<DaemonKind>(NODES).fill(kind),
    clusterLock: false,
  });
  const load = await scenario.start(cluster);
  await pause(WARM_UP_MS);
  let done = 0;
  const calls: Calls = await countCalls(cluster.nodes.map((node) => node.pid), async () => {
    const before = load.done;
    await pause(time_ms);
    done = load.done - before;
  });
  await load.stop();
  if (done === 0) throw new Error(`${scenario.name}: nothing was done\n${cluster.logTails()}`);
  return new Map([...calls].map(([name, count]) => [name, count / done]));
}

/** A table in Markdown, what is asked most first. */
function syscallTable({ name, unit }: RateScenario, ours: Rates, theirs: Rates): string {
  const most = (call: string) => Math.max(ours.get(call) ?? 0, theirs.get(call) ?? 0);
  const all = [...new Set([...ours.keys(), ...theirs.keys()])].sort((a, b) => most(b) - most(a));
  const often = all.filter((call) => most(call) >= RARE);
  const sum = (rates: Rates, calls: readonly string[]) =>
    calls.reduce((total, call) => total + (rates.get(call) ?? 0), 0);
  const row = (title: string, calls: readonly string[]) =>
    `| ${title} | ${sum(ours, calls).toFixed(2)} | ${sum(theirs, calls).toFixed(2)} |`;
  return [
    `| ${name}: system calls a ${unit} | ours | C |`,
    "| --- | ---: | ---: |",
    ...often.map((call) => row(`\`${call}\``, [call])),
    row("others", all.filter((call) => !often.includes(call))),
    row("**all**", all),
    "",
  ].join("\n");
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
