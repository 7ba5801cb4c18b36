import type { DaemonConnection } from "../../lib/client/mod.ts";
import type { Cluster } from "../../testing/cluster/cluster.ts";
import { Srvid } from "../../lib/wire/mod.ts";

/** Votes that come closer together than this belong to one election. */
const ONE_ELECTION_MS = 1000;

/** Counts elections and recoveries, as any client hears of them. */
export class ClusterWatch implements Disposable {
  readonly #client: DaemonConnection;
  #elections = 0;
  #lastVote_ms = -Infinity;

  private constructor(client: DaemonConnection) {
    this.#client = client;
  }

  /** Listens on the last node from now on. */
  static async start(cluster: Cluster): Promise<ClusterWatch> {
    const client = await cluster.nodes.at(-1)!.connect();
    const watch = new ClusterWatch(client);
    await client.subscribe(Srvid.ELECTION, () => watch.#voted(performance.now()));
    return watch;
  }

  get elections(): number {
    return this.#elections;
  }

  /** Recoveries that this node took part in since its statistics were reset. */
  async recoveries(): Promise<number> {
    const { pnn } = this.#client;
    return (await this.#client.control(pnn, "STATISTICS", undefined)).numRecoveries;
  }

  #voted(now_ms: number): void {
    if (now_ms - this.#lastVote_ms > ONE_ELECTION_MS) this.#elections++;
    this.#lastVote_ms = now_ms;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
