/** Looks every few milliseconds which processes the daemons have, and how much memory they hold. */
import { descendants } from "../../testing/process/process-tree.ts";
import type { ProcessReport } from "./process-watch.ts";

const INTERVAL_MS = 10;
/** Every how many looks memory is read. */
const MEMORY_EVERY = 5;

declare const self: {
  onmessage: ((event: MessageEvent<readonly number[] | "look" | "stop">) => void) | null;
  postMessage(message: "ready" | ProcessReport): void;
  close(): void;
};

let daemons: readonly number[] = [];
const seen = new Set<number>();
let started = 0;
let looks = 0;
let now_kb: number[] = [];
let most_kb: number[] = [];

function look(readMemory: boolean): void {
  const trees = daemons.map((pid) => [pid, ...descendants(pid)]);
  for (const pid of trees.flat()) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    started++;
  }
  if (!readMemory) return;
  now_kb = trees.map((pids) => pids.reduce((sum, pid) => sum + anonymous_kb(pid), 0));
  most_kb = now_kb.map((memory_kb, node) => Math.max(memory_kb, most_kb[node] ?? 0));
}

function anonymous_kb(pid: number): number {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

self.onmessage = ({ data }) => {
  if (data === "look") {
    look(true);
    self.postMessage({ started, now_kb, most_kb });
  } else if (data === "stop") {
    self.close();
  } else {
    daemons = data;
    look(true);
    started = 0;
    setInterval(() => look(looks++ % MEMORY_EVERY === 0), INTERVAL_MS);
    self.postMessage("ready");
  }
};
