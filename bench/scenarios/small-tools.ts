import type { Cluster } from "../../testing/cluster/cluster.ts";
import { type DaemonKind, installedUnder, ours } from "../../testing/cluster/daemon-kind.ts";
import { install } from "../../tools/install.ts";
import { INSTALLED_FLAGS } from "../../tools/programs.ts";
import type { TimeScenario } from "./scenario.ts";
import { runCommand } from "../../testing/process/command.ts";

/** So many runs make a sample, of which the median counts. */
const RUNS = 21;

/** A command of the tool of each build, from its start to its end: ours as it is installed. */
export function smallTool(command: string): TimeScenario {
  return {
    kind: "time",
    name: `\`ctdb ${command}\`, from start to end`,
    async sample(cluster) {
      const kind = await installed(cluster.node(0).kind);
      return await medianOf(() => runTool(cluster, command, kind));
    },
  };
}

/** What the runtime takes for a program that does nothing, in both columns. */
export const emptyProgram: TimeScenario = {
  kind: "time",
  name: "an empty Deno program, from start to end",
  async sample() {
    const program = await Deno.makeTempFile({ prefix: "ctdb-bench-empty-", suffix: ".js" });
    try {
      return await medianOf(async () => {
        await runCommand([Deno.execPath(), ...INSTALLED_FLAGS, program]);
      });
    } finally {
      await Deno.remove(program);
    }
  },
};

async function runTool(cluster: Cluster, command: string, kind: DaemonKind): Promise<void> {
  const { exit, stderr } = await cluster.node(0).ctdb([command], kind);
  if (exit !== 0) throw new Error(`ctdb ${command}: ${stderr}`);
}

async function medianOf(run: () => Promise<void>): Promise<number> {
  const times_ms: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    times_ms.push(performance.now() - start);
  }
  return times_ms.sort((a, b) => a - b)[(RUNS - 1) / 2]!;
}

let ownInstallation: Promise<DaemonKind> | undefined;

/** The same build, installed: from a source tree the tool starts as nobody would have it. */
function installed(kind: DaemonKind): DaemonKind | Promise<DaemonKind> {
  if (kind !== ours) return kind;
  ownInstallation ??= installOurs();
  return ownInstallation;
}

async function installOurs(): Promise<DaemonKind> {
  const prefix = await Deno.makeTempDir({ prefix: "ctdb-bench-tools-" });
  addEventListener("unload", () => Deno.removeSync(prefix, { recursive: true }));
  await install({ prefix, destdir: "" });
  return installedUnder(prefix);
}
