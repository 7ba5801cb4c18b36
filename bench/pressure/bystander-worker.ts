/** Asks again and again, in a thread of its own, so that it waits for the daemon and not for the load. */
import { DaemonConnection } from "../../lib/client/mod.ts";
import { CallFlag, CallId } from "../../lib/wire/mod.ts";
import type { BystanderReport, BystanderTask, Waits } from "./waits.ts";

const INTERVAL_MS = 5;
/** Longer than anything that is measured. */
const PATIENCE_MS = 300_000;

declare const self: {
  onmessage: ((event: MessageEvent<BystanderTask | "stop">) => void) | null;
  postMessage(message: "ready" | BystanderReport): void;
  close(): void;
};

/** Waits of who asks every {@link INTERVAL_MS}: one long wait is one for each question it delayed. */
class Tally {
  readonly #waits_ms: number[] = [];

  add(wait_ms: number): void {
    for (let rest = wait_ms; rest > 0; rest -= INTERVAL_MS) this.#waits_ms.push(rest);
  }

  waits(): Waits {
    const sorted = this.#waits_ms.toSorted((a, b) => a - b);
    return {
      p99_ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      longest_ms: sorted.at(-1) ?? 0,
      count: sorted.length,
    };
  }
}

let stopped = false;

async function repeat(work: () => Promise<unknown>): Promise<Waits> {
  const tally = new Tally();
  while (!stopped) {
    const start_ms = performance.now();
    await work();
    const wait_ms = performance.now() - start_ms;
    tally.add(wait_ms);
    if (wait_ms < INTERVAL_MS) await new Promise((done) => setTimeout(done, INTERVAL_MS - wait_ms));
  }
  return tally.waits();
}

async function watch(task: BystanderTask): Promise<void> {
  const options = { timeout_ms: PATIENCE_MS };
  const pinger = await DaemonConnection.connect(task.pingSocket, options);
  const fetcher = await DaemonConnection.connect(task.fetchSocket, options);
  // The file stays closed: this process may have it open, with locks that belong to the process.
  const dbId = await fetcher.control(fetcher.pnn, "DB_ATTACH", task.database);
  const call = {
    dbId,
    callid: CallId.NULL,
    flags: CallFlag.IMMEDIATE_MIGRATION,
    key: task.key,
  };
  await fetcher.call(call);
  self.postMessage("ready");
  const [ping, fetch] = await Promise.all([
    repeat(() => pinger.control(task.pnn, "PING", undefined)),
    repeat(() => fetcher.call(call)),
  ]);
  self.postMessage({ ping, fetch });
  self.close();
}

self.onmessage = ({ data }) => {
  if (data === "stop") stopped = true;
  else void watch(data);
};
