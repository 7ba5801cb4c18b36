/**
 * `deno task bench pressure`: puts clusters of ours and of Debian's under the same pressure in turn,
 * and shows how long somebody waits who has nothing to do with it (see `docs/benchmarks.md`).
 *
 * @module
 */
import {
  Cluster,
  type DaemonKind,
  debian,
  debianAvailable,
} from "../../testing/cluster/cluster.ts";
import { messageOf } from "../../lib/base/mod.ts";
import { complain, say } from "../../tools/console.ts";
import { UsageError } from "../../tools/task.ts";
import { Bystander } from "./bystander.ts";
import { ClusterWatch } from "./cluster-watch.ts";
import type { Pressure, PressureLine } from "./line.ts";
import { forgetTurns } from "../support/core-turns.ts";
import { longestTurn } from "./longest-turn.ts";
import { lines } from "./lines/mod.ts";
import { moveAddresses } from "./move-addresses.ts";
import { type OurBuild, ourBuild } from "./our-build.ts";
import { machineText, writePage } from "./page.ts";
import { ADDRESSES, type PressureOptions } from "./options.ts";
import { giveRealtime } from "./priority.ts";
import { type ProcessReport, ProcessWatch } from "./process-watch.ts";
import { type Memory, pressureHead, type PressureResult, pressureRow } from "./result.ts";

const NODES = 3;
const BYSTANDER_DATABASE = "bystander.tdb";
const BYSTANDER_KEY = new TextEncoder().encode("bystander");
/** What was freed is given back in this time, or not at all. */
const SETTLE_MS = 5000;
/** Beyond it one line of the C daemon takes as long as all others. */
const MOST_ADDRESSES_OF_C = 150;

/** Runs the lines and prints the table. */
export async function runPressure(options: PressureOptions): Promise<void> {
  if (!options.alone && !debianAvailable) {
    throw new UsageError("Debian's ctdb is not installed: --alone measures without it");
  }
  const start_ms = performance.now();
  const [load] = Deno.loadavg();
  await using build = await ourBuild(options);
  const kinds = options.alone ? [build.kind] : [build.kind, debian];
  const rows = [pressureHead().trimEnd()];
  say(rows[0]!);
  for (const name of options.only) {
    for (let round = 0; round < options.rounds; round++) {
      // A B, B A, A B: what drifts hits both alike.
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        rows.push(...await runLine(name, kind, build, options));
      }
    }
  }
  if (!options.docs) return;
  const machine = await machineText(performance.now() - start_ms, load!);
  await writePage(rows.join("\n"), machine);
}

/** The rows of a line on one kind; what fails is told, and the others come all the same. */
async function runLine(
  name: string,
  kind: DaemonKind,
  build: OurBuild,
  options: PressureOptions,
): Promise<string[]> {
  const rows: string[] = [];
  for (const { title, run } of measurements(name, kind, build, options)) {
    try {
      rows.push(report(...await run(), options.json));
    } catch (error) {
      complain(messageOf(error));
      const row = `| ${title} | ${kind.name} | failed |`;
      say(row);
      rows.push(row);
    }
  }
  return rows;
}

/** One row of the table, to be measured. */
interface Measurement {
  readonly title: string;
  run(): Promise<[string, PressureResult]>;
}

function report(title: string, result: PressureResult, json: string | undefined): string {
  const row = pressureRow(title, result).trimEnd();
  say(row);
  if (json !== undefined) {
    Deno.writeTextFileSync(json, `${JSON.stringify(result)}\n`, { append: true });
  }
  return row;
}

function measurements(
  name: string,
  kind: DaemonKind,
  build: OurBuild,
  options: PressureOptions,
): Measurement[] {
  const { sizes, allAddresses } = options;
  if (name !== ADDRESSES) {
    const line = lines[name]!;
    const { title } = line;
    return [{ title, run: async () => [title, await measure(name, line, kind, options)] }];
  }
  const most = kind === debian && !allAddresses ? MOST_ADDRESSES_OF_C : Infinity;
  return sizes.addresses.filter((count) => count <= most).map((count) => ({
    title: `${count} addresses`,
    run: () =>
      kind === debian
        ? moveAddresses(kind, count)
        : build.onHosts((installed) => moveAddresses(installed, count)),
  }));
}

/** Runs a line once, on a cluster of its own. */
export async function measure(
  name: string,
  line: PressureLine,
  kind: DaemonKind,
  options: Pick<PressureOptions, "sizes" | "realtime">,
): Promise<PressureResult> {
  await using cluster = await Cluster.start({
    nodes: new Array<DaemonKind>(NODES).fill(kind),
    clusterLock: false,
    ...(line.tunables === undefined ? {} : { tunables: line.tunables }),
    ...(line.conf === undefined ? {} : { conf: line.conf }),
  });
  const pressure = await line.prepare(cluster, options.sizes);
  if (options.realtime) await giveRealtime(cluster);
  try {
    return { line: name, daemon: kind.name, ...await watched(cluster, pressure, line.watched_s) };
  } catch (error) {
    throw new Error(`${name} on ${kind.name}: ${error}\n${cluster.logTails()}`, { cause: error });
  } finally {
    await pressure.close();
  }
}

/** Puts the pressure on, watched by a bystander of node 0 and from outside. */
async function watched(
  cluster: Cluster,
  pressure: Pressure,
  least_s = 0,
): Promise<Omit<PressureResult, "line" | "daemon">> {
  const [first, , last] = cluster.nodes;
  using processes = await ProcessWatch.start(cluster.nodes.map((node) => node.pid));
  using changes = await ClusterWatch.start(cluster);
  const bystander = await Bystander.start({
    pingSocket: last!.socket,
    fetchSocket: first!.socket,
    pnn: first!.pnn,
    database: pressure.database ?? BYSTANDER_DATABASE,
    key: pressure.key ?? BYSTANDER_KEY,
  });
  const before = await processes.look();
  await forgetTurns(cluster);
  const start_ms = performance.now();
  const remark = await pressure.run();
  const time_ms = performance.now() - start_ms;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, least_s * 1000 - time_ms)));
  const { ping, fetch } = await bystander.stop();
  const remarks = [remark ?? "", await longestTurn(cluster)];
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = await processes.look();
  return {
    ping,
    fetch,
    elections: changes.elections,
    recoveries: await changes.recoveries(),
    started: after.started - before.started,
    memory: grownMost(before, after),
    time_ms,
    remark: remarks.filter((text) => text !== "").join("; "),
  };
}

/** Of the node that grew most. */
function grownMost(before: ProcessReport, after: ProcessReport): Memory {
  const nodes = after.most_kb.map((most_kb, node) => ({
    before_kb: before.now_kb[node]!,
    most_kb,
    after_kb: after.now_kb[node]!,
  }));
  const growth = (memory: Memory) => memory.most_kb - memory.before_kb;
  return nodes.reduce((grown, node) => growth(node) > growth(grown) ? node : grown);
}
