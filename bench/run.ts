/**
 * `deno task bench`: measures our daemon and another in turn, with the same client, and prints medians
 * and ratios (see `docs/benchmarks.md`).
 *
 *     deno task bench --only message-ring,fetch-ring --rounds 9 --cpu 1
 *     deno task bench pressure --short
 *     deno task bench admin
 *
 * @module
 */
import {
  Cluster,
  type DaemonKind,
  debian,
  debianAvailable,
  installedUnder,
  ours,
} from "../testing/cluster/cluster.ts";
import { runTask, UsageError } from "../tools/task.ts";
import { ADMIN_LINE, runAdmin } from "./admin/run-admin.ts";
import { GROWTH_LINE, runGrowth } from "./growth/run-growth.ts";
import { ceilingLine } from "./ceiling/ceiling.ts";
import { BENCH_LINE, type BenchOptions, benchOptions } from "./options.ts";
import { PRESSURE_LINE, pressureOptions } from "./pressure/options.ts";
import { runPressure } from "./pressure/run-pressure.ts";
import { type RateScenario, type Scenario, scenarios, type TimeScenario } from "./scenarios/mod.ts";
import { checkOut } from "./subjects.ts";
import { runSyscalls, SYSCALLS_LINE } from "./syscalls/run-syscalls.ts";
import { coreTurns, forgetTurns } from "./support/core-turns.ts";
import { ownCpu_us, usageOf } from "./support/process-usage.ts";
import { type Line, type Sample, tableHead, tableLines } from "./support/table.ts";
import { runCommandSync } from "../testing/process/command.ts";

const NODES = 3;
/** A rate is measured when caches are warm and V8 has compiled what is hot. */
const WARM_UP_MS = 1000;
const FIRST_WARM_UP_MS = 3000;

/** The line that has a ceiling. */
const CEILING_OF = "message-ring";

/** A daemon under test and its samples. */
interface Subject {
  readonly kind: DaemonKind;
  readonly samples: Sample[];
  cluster: Cluster | undefined;
}

if (import.meta.main) {
  if (Deno.args[0] === "pressure") {
    await runTask(PRESSURE_LINE, async (values) => {
      await runPressure(pressureOptions(values));
      return 0;
    }, Deno.args.slice(1));
  }
  if (Deno.args[0] === "admin") {
    await runTask(ADMIN_LINE, async (values) => {
      await runAdmin(values);
      return 0;
    }, Deno.args.slice(1));
  }
  if (Deno.args[0] === "syscalls") {
    await runTask(SYSCALLS_LINE, async (values) => {
      await runSyscalls(values);
      return 0;
    }, Deno.args.slice(1));
  }
  if (Deno.args[0] === "growth") {
    await runTask(GROWTH_LINE, async (values) => {
      return await runGrowth(values) ? 0 : 1;
    }, Deno.args.slice(1));
  }
  await runTask(BENCH_LINE, async (values) => {
    const options = benchOptions(values);
    if (options.cpu !== undefined) pin(options.cpu);
    await using revision = options.compare === undefined
      ? undefined
      : await checkOut(options.compare);
    if (revision === undefined && !debianAvailable) {
      throw new UsageError("Debian's ctdb is not installed: nothing to compare with");
    }
    const mine = options.prefix === undefined ? ours : installedUnder(options.prefix);
    const theirs = revision?.kind ?? debian;
    say(tableHead(revision === undefined ? "C" : theirs.name));
    for (const name of options.only) await measure(name, [mine, theirs], options);
    if (options.only.includes(CEILING_OF)) say(`\n${await ceilingLine(options.sample_ms)}\n`);
    return 0;
  });
}

async function measure(
  name: string,
  kinds: readonly [DaemonKind, DaemonKind],
  options: BenchOptions,
): Promise<void> {
  const scenario = scenarios[name]!;
  const subjects: Subject[] = kinds.map((kind) => ({ kind, samples: [], cluster: undefined }));
  try {
    await Promise.all(subjects.map((subject) => prepare(subject, scenario)));
    for (let round = 0; round < options.rounds; round++) {
      // A B, B A, A B: what drifts hits both alike.
      const order = round % 2 === 0 ? subjects : subjects.toReversed();
      for (const subject of order) {
        subject.samples.push(await takeSample(subject, scenario, round, options.sample_ms));
      }
    }
  } finally {
    for (const { cluster } of subjects) await cluster?.[Symbol.asyncDispose]();
  }
  const line: Line = {
    name,
    title: scenario.name,
    unit: scenario.kind === "rate" ? scenario.unit : "ms",
    kind: scenario.kind,
    ours: subjects[0]!.samples,
    theirs: subjects[1]!.samples,
  };
  say(tableLines(line));
  if (options.json !== undefined) {
    Deno.writeTextFileSync(options.json, `${JSON.stringify(line)}\n`, { append: true });
  }
}

async function prepare(subject: Subject, scenario: Scenario): Promise<void> {
  if (scenario.kind === "time" && scenario.fresh) return;
  const tunables = scenario.kind === "time" ? scenario.tunables : undefined;
  subject.cluster = await Cluster.start({
    nodes: daemons(subject.kind),
    clusterLock: false,
    ...(tunables === undefined ? {} : { tunables }),
  });
  if (scenario.kind === "time") await scenario.prepare?.(subject.cluster);
}

async function takeSample(
  subject: Subject,
  scenario: Scenario,
  round: number,
  sample_ms: number,
): Promise<Sample> {
  if (scenario.kind === "rate") {
    return await sampleRate(subject.cluster!, scenario, round, sample_ms);
  }
  return await sampleTime(subject, scenario);
}

async function sampleRate(
  cluster: Cluster,
  scenario: RateScenario,
  round: number,
  sample_ms: number,
): Promise<Sample> {
  const pids = cluster.nodes.map((node) => node.pid);
  const load = await scenario.start(cluster);
  await pause(round === 0 ? FIRST_WARM_UP_MS : WARM_UP_MS);
  await forgetTurns(cluster);
  const before = { ...usageOf(pids), client_us: ownCpu_us(), done: load.done };
  const start = performance.now();
  await pause(sample_ms);
  const elapsed_s = (performance.now() - start) / 1000;
  const done = load.done - before.done;
  const after = usageOf(pids);
  const client_us = ownCpu_us() - before.client_us;
  const turns = await coreTurns(cluster);
  await load.stop();
  if (done === 0) throw new Error(`${scenario.name}: nothing was done\n${cluster.logTails()}`);
  return {
    value: done / elapsed_s,
    daemonCpu_us: (after.cpu_us - before.cpu_us) / done,
    clientCpu_us: client_us / done,
    memory_kb: after.memory_kb / NODES,
    ...(turns === undefined ? {} : { turns }),
  };
}

async function sampleTime(subject: Subject, scenario: TimeScenario): Promise<Sample> {
  if (!scenario.fresh) return { value: await scenario.sample(subject.cluster!) };
  const nodes = daemons(subject.kind);
  await using cluster = Cluster.prepare({ nodes, clusterLock: false });
  return { value: await scenario.sample(cluster) };
}

function daemons(kind: DaemonKind): DaemonKind[] {
  return new Array<DaemonKind>(NODES).fill(kind);
}

/** All threads of this process; what it starts inherits it. */
function pin(cpu: number): void {
  const { exit, stderr } = runCommandSync(["taskset", "-apc", String(cpu), String(Deno.pid)]);
  if (exit !== 0) throw new UsageError(`Pin to CPU ${cpu}: taskset: ${stderr.trim()}`);
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
