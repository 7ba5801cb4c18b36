/** The directories in `/proc` of the two threads of a daemon that matter. */
export interface DaemonThreads {
  readonly core: string;
  readonly edge: string;
}

/** The thread of the core, and the main thread. */
export function coreAndEdge(pid: number): DaemonThreads {
  const tasks = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) =>
    `/proc/${pid}/task/${name}`
  );
  const core = tasks.find((task) => Deno.readTextFileSync(`${task}/comm`).startsWith("worker-"));
  if (core === undefined) throw new Error(`Find the core of process ${pid}: no such thread`);
  return { core, edge: `/proc/${pid}/task/${pid}` };
}

/** Time of all threads of a process that run now, those of {@link DaemonThreads} `without`. */
export function processCpu_us(pid: number, without: readonly string[] = []): number {
  let time_us = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const task = `/proc/${pid}/task/${name}`;
    if (!without.includes(task)) time_us += threadCpu_us(task);
  }
  return time_us;
}

/** Time of a thread on a processor, as exactly as the scheduler knows it. */
export function threadCpu_us(task: string): number {
  return Number(Deno.readTextFileSync(`${task}/schedstat`).split(" ")[0]) / 1000;
}
