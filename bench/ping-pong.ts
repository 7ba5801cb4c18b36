/**
 * Locks per second of CPU time: our `ping_pong` beside the C tool, in turn, so that both see the
 * same machine. CPU time, as a machine that is busy with other things stops both at random.
 *
 *     deno run -A bench/ping-pong.ts [ROUNDS]
 *
 * @module
 */
import { spawnCommand } from "../testing/process/command.ts";
const [rounds = "3"] = Deno.args;
const RUN_S = 3;
const TICKS_PER_S = 100;

const main = new URL("../main.ts", import.meta.url).href;
const commands: Readonly<Record<string, readonly string[]>> = {
  C: ["/usr/bin/ping_pong"],
  ours: [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "-A",
    main,
    "ping_pong",
  ],
};

/** User and system time of a running process. */
function cpuTime_s(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** Locks per second of CPU time, from one rate line to another some seconds later. */
async function measure(command: readonly string[], options: string, path: string): Promise<number> {
  const words = [...command, ...(options === "" ? [] : [options]), path, "3"];
  const child = spawnCommand(words, { stdout: "piped" });
  let locks = 0;
  let started_s: number | undefined;
  let previous_ms = 0;
  let seconds = 0;
  for await (const chunk of child.stdout) {
    const now_ms = performance.now();
    for (const [, rate] of new TextDecoder().decode(chunk).matchAll(/([0-9]+) locks\/sec/g)) {
      if (started_s !== undefined) locks += Number(rate) * (now_ms - previous_ms) / 1000;
      started_s ??= cpuTime_s(child.pid);
      previous_ms = now_ms;
      seconds++;
    }
    if (seconds > RUN_S) break;
  }
  const used_s = cpuTime_s(child.pid) - (started_s ?? 0);
  child.kill("SIGKILL");
  await child.status;
  return locks / used_s;
}

const directory = Deno.makeTempDirSync({ prefix: "ping-pong-bench-" });
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
print("locks per CPU second      C     ours    ratio");
for (const options of ["", "-rw", "-rwm", "-rwmc"]) {
  const best: Record<string, number> = {};
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, command] of Object.entries(commands)) {
      const rate = await measure(command, options, `${directory}/data`);
      best[name] = Math.max(best[name] ?? 0, rate);
    }
  }
  const { C: theirs = 0, ours = 0 } = best;
  const columns = [theirs, ours].map((rate) => rate.toFixed(0).padStart(9)).join("");
  print(`ping_pong ${options.padEnd(8)}${columns}    ${(ours / theirs).toFixed(2)}`);
}
Deno.removeSync(directory, { recursive: true });
