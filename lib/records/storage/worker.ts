import { messageOf } from "../../base/mod.ts";
import type { HelperPool } from "./helper-pool.ts";
import type { HelperProcess } from "./helper-process.ts";
import type { HelperRequest } from "./helper-protocol.ts";
import type { Work, WorkOutcome } from "./storage.ts";

interface Job {
  readonly requests: readonly HelperRequest[];
  readonly done: (outcome: WorkOutcome) => void;
}

/**
 * The one long-lived helper process that transactions are done in, one after the other. It is
 * started when the first is wanted, and again after it died; what it was doing then has failed, and
 * the file is as it was.
 */
export class Worker {
  readonly #pool: HelperPool;
  readonly #defer: (callback: () => void) => void;
  #queue: Job[] = [];
  #current: Job | undefined;
  #process: HelperProcess | undefined;
  #closed = false;

  /** `defer` runs a callback in a later turn. */
  constructor(pool: HelperPool, defer: (callback: () => void) => void) {
    this.#pool = pool;
    this.#defer = defer;
  }

  /** Has `requests`, which together are one piece of work, done after what came before. */
  run(requests: readonly HelperRequest[], done: (outcome: WorkOutcome) => void): Work {
    const job = { requests, done };
    this.#queue.push(job);
    this.#next();
    return { cancel: () => this.#cancel(job) };
  }

  /** Forgets everything; the pool ends the process. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#current = undefined;
  }

  #next(): void {
    if (this.#closed || this.#current !== undefined) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    this.#current = job;
    try {
      const process = this.#running();
      for (const request of job.requests) process.send(request);
    } catch (error) {
      const reason = `start worker: ${messageOf(error)}`;
      this.#defer(() => this.#failed(job, reason));
    }
  }

  #running(): HelperProcess {
    if (this.#process?.alive) return this.#process;
    const process = this.#process = this.#pool.take();
    process.listen({
      reply: (reply) => {
        if (reply.kind === "done" && this.#current !== undefined) {
          this.#finish(this.#current, reply.outcome);
        }
      },
      ended: (reason) => {
        if (this.#process === process) this.#process = undefined;
        if (this.#current !== undefined) this.#failed(this.#current, reason);
      },
    });
    return process;
  }

  #failed(job: Job, reason: string): void {
    this.#finish(job, { ok: false, refused: false, reason });
  }

  #finish(job: Job, outcome: WorkOutcome): void {
    if (this.#current !== job) return;
    this.#current = undefined;
    job.done(outcome);
    this.#next();
  }

  #cancel(job: Job): void {
    this.#queue = this.#queue.filter((one) => one !== job);
    if (this.#current !== job) return;
    // Killing it is the only way out of a wait for a lock; the kernel frees what it holds.
    this.#process?.kill();
    this.#process = undefined;
    this.#current = undefined;
    this.#next();
  }
}
