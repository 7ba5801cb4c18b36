import type { BystanderReport, BystanderTask } from "./waits.ts";

/** Somebody who pings a node from another one, and fetches a record on it, every 5 ms. */
export class Bystander {
  readonly #worker: Worker;
  readonly #report = Promise.withResolvers<BystanderReport>();

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Begins; settles when the first answers are there. */
  static async start(task: BystanderTask): Promise<Bystander> {
    const url = new URL("./bystander-worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    const bystander = new Bystander(worker);
    const ready = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<"ready" | BystanderReport>) => {
      if (data === "ready") ready.resolve();
      else bystander.#report.resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(`watch as a bystander: ${event.message}`);
      ready.reject(error);
      bystander.#report.reject(error);
    };
    bystander.#report.promise.catch(() => {});
    worker.postMessage(task);
    await ready.promise;
    return bystander;
  }

  /** Ends with the answers to the questions that are out. */
  stop(): Promise<BystanderReport> {
    this.#worker.postMessage("stop");
    return this.#report.promise;
  }
}
