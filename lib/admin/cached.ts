/**
 * A fact that many ask for: it is looked up once, however many wait, and kept for a moment. What
 * costs the node something thereby costs the same with one viewer or with fifty.
 */
export class Cached<T> {
  readonly #load: () => Promise<T>;
  readonly #keep_ms: number;
  #running: Promise<T> | undefined;
  #kept: { readonly value: T; readonly until_ms: number } | undefined;

  /** @param keep_ms how long an answer is as good as a new one */
  constructor(keep_ms: number, load: () => Promise<T>) {
    this.#keep_ms = keep_ms;
    this.#load = load;
  }

  /** Rejects as the look-up did; a failure is not kept. */
  get(): Promise<T> {
    if (this.#kept !== undefined && performance.now() < this.#kept.until_ms) {
      return Promise.resolve(this.#kept.value);
    }
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Something changed: who asks from now on gets an answer that was looked up later. */
  forget(): void {
    this.#kept = undefined;
    this.#running = undefined;
  }

  #run(): Promise<T> {
    const running = this.#load().then((value) => {
      if (this.#running === running) {
        this.#kept = { value, until_ms: performance.now() + this.#keep_ms };
        this.#running = undefined;
      }
      return value;
    }, (error) => {
      if (this.#running === running) this.#running = undefined;
      throw error;
    });
    return running;
  }
}
