/** What daemons have started and hold, the processes of each counted together. */
export interface ProcessReport {
  /** Processes that were seen and were not there at the begin; those of a few ms may be missed. */
  readonly started: number;
  /** Anonymous memory of each node, in the order of the daemons, now and at most. */
  readonly now_kb: readonly number[];
  readonly most_kb: readonly number[];
}

/** Watches the processes of daemons from a thread of its own. */
export class ProcessWatch implements Disposable {
  readonly #worker: Worker;
  #answer = Promise.withResolvers<ProcessReport>();

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Watches the processes below these from now on. */
  static async start(daemons: readonly number[]): Promise<ProcessWatch> {
    const url = new URL("./process-watch-worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    const watch = new ProcessWatch(worker);
    const ready = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<"ready" | ProcessReport>) => {
      if (data === "ready") ready.resolve();
      else watch.#answer.resolve(data);
    };
    worker.postMessage(daemons);
    await ready.promise;
    return watch;
  }

  /** Looks now. */
  look(): Promise<ProcessReport> {
    this.#answer = Promise.withResolvers();
    this.#worker.postMessage("look");
    return this.#answer.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.postMessage("stop");
  }
}
