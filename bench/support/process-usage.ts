/** What a process and everything that it started has used so far. */
export interface ProcessUsage {
  /** Time on a CPU, children that have ended included. */
  readonly cpu_us: number;
  /** Memory that is resident now, pages shared between the processes counted once. */
  readonly memory_kb: number;
  readonly processes: number;
}

const TICK_US = 10_000;
/** Fields of `/proc/PID/stat` behind the name, which may contain anything. */
const PARENT_FIELD = 1;
const TIME_FIELDS = [11, 12, 13, 14];

/** Measures the daemons `pids` with their helpers. */
export function usageOf(pids: readonly number[]): ProcessUsage {
  const tree = descendants(pids);
  let cpu_us = 0;
  let memory_kb = 0;
  for (const pid of tree) {
    cpu_us += cpuTime(pid);
    memory_kb += proportionalMemory(pid);
  }
  return { cpu_us, memory_kb, processes: tree.length };
}

/** Time on a CPU of this process, the client. */
export function ownCpu_us(): number {
  return cpuTime(Deno.pid);
}

function cpuTime(pid: number): number {
  const fields = statFields(pid);
  const ticks = TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  return ticks * TICK_US;
}

function proportionalMemory(pid: number): number {
  const text = readProc(`${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}

function descendants(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statFields(pid)[PARENT_FIELD] ?? 0);
    children.set(parent, [...children.get(parent) ?? [], pid]);
  }
  const found = [...roots];
  for (const pid of found) found.push(...children.get(pid) ?? []);
  return found;
}

function statFields(pid: number): string[] {
  const text = readProc(`${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Empty for a process that has ended meanwhile. */
function readProc(name: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${name}`);
  } catch {
    return "";
  }
}
