/** What a node starts by itself. */
export const PROCESS_KINDS = [
  "lock helpers",
  "records helpers",
  "cluster lock helpers",
  "event scripts",
  "other scripts",
] as const;

/** A kind of process that a node starts by itself. */
export type ProcessKind = typeof PROCESS_KINDS[number];

/** How many of each kind were started. */
export type ProcessCounts = Readonly<Record<ProcessKind, number>>;

let words = new Int32Array(new SharedArrayBuffer(PROCESS_KINDS.length * 4));

/** Counts a process that this thread has started. */
export function processStarted(kind: ProcessKind): void {
  Atomics.add(words, PROCESS_KINDS.indexOf(kind), 1);
}

/** How many this process has started, in all threads that count together, since the last reset. */
export function startedProcesses(): ProcessCounts {
  const counts = PROCESS_KINDS.map((kind, i) => [kind, Atomics.load(words, i)]);
  return Object.fromEntries(counts) as Record<ProcessKind, number>;
}

/** Begins to count anew. */
export function resetStartedProcesses(): void {
  words.forEach((_, i) => void Atomics.store(words, i, 0));
}

/** Where this thread counts: another may count there, too. */
export function processCounters(): SharedArrayBuffer {
  return words.buffer as SharedArrayBuffer;
}

/** Counts together with the thread that handed out its {@link processCounters}. */
export function countProcessesIn(memory: SharedArrayBuffer): void {
  words = new Int32Array(memory);
}
