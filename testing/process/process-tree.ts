import { WaitError, waitFor } from "./wait.ts";

/** How long a process is a zombie before it is taken for one that nobody reaps. */
const UNREAPED_MS = 500;
const PATIENCE_MS = 5_000;

/** The processes that a process has started, and those that these have, by their ids, each once. */
export function descendants(pid: number): number[] {
  // They move on to another thread when theirs ends: one may be seen under both.
  const children = [...new Set(childrenOf(pid))];
  return [...children, ...children.flatMap(descendants)];
}

/**
 * Ends what a killed daemon has left behind: those of `pids` that still are what they were, run with
 * `variable` in the environment, and others run so whose parents were not, as a child that was started
 * while one looked.
 *
 * @returns the processes that are ending
 */
export function killLeftovers(pids: readonly number[], variable: string): number[] {
  const left = new Set(pids.filter((pid) => hasVariable(pid, variable)));
  for (const pid of allProcesses()) if (isOrphan(pid, variable)) left.add(pid);
  return [...left].filter((pid) => {
    try {
      Deno.kill(pid, "SIGKILL");
      return true;
    } catch {
      return false; // It has ended.
    }
  });
}

/** Whether a process was run with `variable`, and its parent, which is not this one, was not. */
function isOrphan(pid: number, variable: string): boolean {
  if (!hasVariable(pid, variable)) return false;
  const parent = Number(statOf(pid)?.[1]);
  return parent > 0 && !descendsFrom(parent, Deno.pid) && !hasVariable(parent, variable);
}

function descendsFrom(pid: number, ancestor: number): boolean {
  if (pid === ancestor) return true;
  const parent = Number(statOf(pid)?.[1]);
  return parent > 0 && descendsFrom(parent, ancestor);
}

function hasVariable(pid: number, variable: string): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").includes(variable);
  } catch {
    return false;
  }
}

function allProcesses(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

/**
 * After a daemon was killed: ends those of its `pids` whose parents died with it and are reaped by
 * nobody, as under a process 1 that waits for no child, in many containers. The C daemon's lock helper
 * takes such a zombie for its living parent, and would keep the cluster lock for ever.
 *
 * @param parents the parents of `pids` while the daemon lived
 */
export async function endOrphansOfZombies(
  pids: readonly number[],
  parents: ReadonlyMap<number, number>,
): Promise<void> {
  const zombieSince = new Map<number, number>();
  const isSettled = (pid: number): boolean => {
    const parent = parents.get(pid);
    if (parent === undefined || !pids.includes(parent)) return true;
    const state = stateOf(parent);
    if (state === undefined || stateOf(pid) === undefined) return true;
    if (state !== "Z") return false;
    const since = zombieSince.get(parent) ?? performance.now();
    zombieSince.set(parent, since);
    if (performance.now() - since < UNREAPED_MS) return false;
    Deno.kill(pid, "SIGTERM");
    return true;
  };
  try {
    await waitFor("processes of a killed daemon", () => pids.every(isSettled), {
      timeout_ms: PATIENCE_MS,
    });
  } catch (error) {
    // One that lives on has a reason; tests that mind see it.
    if (!(error instanceof WaitError)) throw error;
  }
}

/** The parents of processes, by the ids of these. */
export function parentsOf(pids: readonly number[]): ReadonlyMap<number, number> {
  return new Map(pids.flatMap((pid) => {
    const parent = Number(statOf(pid)?.[1]);
    return parent > 0 ? [[pid, parent] as const] : [];
  }));
}

/** The letter of a process's state; `undefined` when there is none. */
function stateOf(pid: number): string | undefined {
  return statOf(pid)?.[0];
}

/** What `/proc/PID/stat` says behind the name: state, parent, and so on. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)];
    return threads.flatMap(({ name }) => {
      const text = Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim();
      return text === "" ? [] : text.split(" ").map(Number);
    });
  } catch {
    return [];
  }
}
