import type { ClusterClient } from "../client/mod.ts";
import { decode, Srvid, u32, UNKNOWN_PNN, WireError } from "../wire/mod.ts";

/** Listens to who says that it leads, from now on. */
export class LeaderWatch implements Disposable {
  readonly #heard = Promise.withResolvers<void>();
  #pnn: number | undefined;
  #unsubscribe: () => void = () => {};

  private constructor() {}

  static async start(client: Pick<ClusterClient, "subscribe">): Promise<LeaderWatch> {
    const watch = new LeaderWatch();
    watch.#unsubscribe = await client.subscribe(Srvid.LEADER, (data) => watch.#take(data));
    return watch;
  }

  /** `undefined`: nobody leads, or nobody has said so yet. */
  get pnn(): number | undefined {
    return this.#pnn;
  }

  /** Settles with the first word of a leader. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  #take(data: Uint8Array): void {
    try {
      const pnn = decode(u32, data);
      this.#pnn = pnn === UNKNOWN_PNN ? undefined : pnn;
      this.#heard.resolve();
    } catch (error) {
      // Rubbish is no news.
      if (!(error instanceof WireError)) throw error;
    }
  }
}
