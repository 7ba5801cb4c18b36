import { WaitError, waitFor } from "./wait.ts";

/** How long a process is a zombie before it is taken for one that nobody reaps. */
const UNREAPED_MS = 500;
const PATIENCE_MS = 5_000;

/** The processes that a process has started, and those that these have, by their ids. */
export function descendants(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendants)];
}

/** Ends those of `pids` that still are what they were: run with `variable` in the environment. */
export function killLeftovers(pids: readonly number[], variable: string): void {
  for (const pid of pids) {
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
      if (environment.includes(variable)) Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
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
