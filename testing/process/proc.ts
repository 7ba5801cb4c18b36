/** Scheduling policies of threads, as the kernel numbers them. */
export const Policy = { OTHER: 0, FIFO: 1, BATCH: 3 } as const;

/** A thread of some process. */
export interface ProcessThread {
  readonly id: number;
  readonly name: string;
  /** One of {@link Policy}. */
  readonly policy: number;
  /** It has the core of a daemon of ours. */
  readonly isCore: boolean;
}

/** The words that a process was started with; none when it has ended. */
export function wordsOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
}

/** The threads of a process that runs. */
export function threadsOf(pid: number): ProcessThread[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name: id }) => {
    const stat = read(`/proc/${pid}/task/${id}/stat`);
    if (stat === undefined) return []; // It has ended meanwhile.
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    return [{ id: Number(id), name, policy: policyIn(stat), isCore: name.startsWith("worker-") }];
  });
}

/** Where the policy stands in the text of a `stat` file, behind the name. */
const POLICY_FIELD = 38;

/** The scheduling policy in the text of `/proc/PID/stat`. */
export function policyIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[POLICY_FIELD]);
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
