import { MAX_WATCH_QUEUE_EVENTS } from "../limits/mod.ts";
import { decode, decodeText, Srvid, u32, UNKNOWN_PNN } from "../wire/mod.ts";
import { type ClusterEvent, type ClusterNode, describeNodes } from "./cluster-state.ts";
import { ConnectionError, ControlError } from "./errors.ts";
import { Mailbox } from "./mailbox.ts";
import type { ClusterSession } from "./session.ts";
import { Subscription } from "./subscription.ts";

/** Nodes tell each other of a change of state, but not everybody is told: so the daemon is asked. */
const LOOK_MS = 1000;

/** Collects what happens in the cluster until it is disposed of. */
export class ClusterWatch implements Disposable {
  readonly events = new Mailbox<ClusterEvent>("Events of the cluster", MAX_WATCH_QUEUE_EVENTS);
  readonly #session: ClusterSession;
  readonly #subscriptions: Subscription[] = [];
  readonly #tell = (lost: Extract<ClusterEvent, { event: "reconnected" }>["lost"]) =>
    this.events.push({ event: "reconnected", lost });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nodes: readonly ClusterNode[] = [];
  #leader = UNKNOWN_PNN;
  #stopped = false;

  private constructor(session: ClusterSession) {
    this.#session = session;
  }

  /** Begins to listen; the first event is the list of nodes. */
  static async start(session: ClusterSession): Promise<ClusterWatch> {
    const watch = new ClusterWatch(session);
    try {
      await watch.#look();
      await watch.#listen(Srvid.LEADER, (data) => watch.#heardLeader(data));
      await watch.#listen(Srvid.RECONFIGURE, () => watch.events.push({ event: "reconfigured" }));
      await watch.#listen(Srvid.RELEASE_IP, (data) => watch.#heardRelease(data));
      session.onReconnected.add(watch.#tell);
    } catch (error) {
      watch[Symbol.dispose]();
      throw error;
    }
    return watch;
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#session.onReconnected.delete(this.#tell);
    for (const subscription of this.#subscriptions) subscription.close();
    this.events.end();
  }

  async #listen(srvid: bigint, take: (data: Uint8Array) => void): Promise<void> {
    const subscription = new Subscription(srvid);
    this.#subscriptions.push(subscription);
    await this.#session.register(subscription);
    (async () => {
      for await (const data of subscription) take(data);
    })().catch((error) => this.events.fail(error));
  }

  /** Asks for the nodes, says if they have changed, and asks again in a while. */
  async #look(): Promise<void> {
    const { client } = this.#session;
    try {
      const nodes = describeNodes(await client.control(client.pnn, "GET_NODEMAP", undefined));
      if (JSON.stringify(nodes) !== JSON.stringify(this.#nodes)) {
        this.#nodes = nodes;
        this.events.push({ event: "nodes", nodes });
      }
    } catch (error) {
      // Between two connections nobody can be asked; the end of the last one is told by others.
      const passing = error instanceof ConnectionError || error instanceof ControlError;
      if (!passing) this.events.fail(error as Error);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  #heardLeader(data: Uint8Array): void {
    // A message of another size is not from a leader.
    const pnn = data.length === 4 ? decode(u32, data) : UNKNOWN_PNN;
    if (pnn === UNKNOWN_PNN || pnn === this.#leader) return;
    this.#leader = pnn;
    this.events.push({ event: "leader", pnn });
  }

  #heardRelease(data: Uint8Array): void {
    const end = data.indexOf(0);
    const address = decodeText(end < 0 ? data : data.subarray(0, end), "lenient");
    this.events.push({ event: "released", address });
  }
}
