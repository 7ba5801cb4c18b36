import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import { type Narrator, seconds } from "./narrator.ts";
import { Session } from "./session.ts";
import { watchUntilHealthy } from "./watch.ts";

/** How long the record goes round. */
const ROUNDS_TIME_MS = 3_000;
const TELL_INTERVAL_MS = 500;
/** Records that each node has when another is killed. */
const RECORDS_PER_NODE = 50;
const COUNTER = "counter";
const SETTING = "setting";

/** Shows what a cluster does, step by step, and checks all of it. */
export class Demonstration implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #narrator: Narrator;
  /** By pnn; a node that is down has none. */
  readonly #sessions = new Map<number, Session>();
  /** What the counter must be. */
  #count = 0;
  #setting = "";

  constructor(cluster: Cluster, narrator: Narrator) {
    this.#cluster = cluster;
    this.#narrator = narrator;
  }

  /** Runs all steps in order. */
  async run(): Promise<void> {
    await this.#startNodes();
    await this.#moveRecord();
    await this.#writePersistent("written while all nodes were up");
    const victim = await this.#killLeader();
    await this.#bringBack(victim);
  }

  async #startNodes(): Promise<void> {
    const { nodes } = this.#cluster;
    const addresses = nodes.map((node) => node.address).join(", ");
    this.#narrator.step(`Starting ${nodes.length} nodes on ${addresses}`);
    const start = performance.now();
    for (const node of nodes) node.start();
    await watchUntilHealthy(this.#cluster, this.#narrator);
    const time = seconds(performance.now() - start);
    this.#narrator.detail(`healthy; node ${await this.#cluster.leader()} was elected leader`);
    this.#narrator.figure("healthy cluster after", time);
    for (const node of nodes) await this.#openSession(node);
  }

  /** One record wanders from node to node; each that gets it adds one. */
  async #moveRecord(): Promise<void> {
    this.#narrator.step("One record goes round the nodes; each adds 1 to it");
    const sessions = [...this.#sessions.values()];
    const start = performance.now();
    let told = start;
    let moves = 0;
    while (performance.now() - start < ROUNDS_TIME_MS) {
      for (const session of sessions) await this.#increment(session);
      moves += sessions.length;
      if (performance.now() - told < TELL_INTERVAL_MS) continue;
      told = performance.now();
      this.#narrator.detail(`${this.#count} after ${seconds(told - start)}`);
    }
    const time_ms = performance.now() - start;
    await this.#checkCounter(sessions[0]!);
    const rate = Math.round(moves / (time_ms / 1000));
    this.#narrator.figure("record migrations", `${rate} per second (${moves} increments)`);
  }

  async #writePersistent(value: string): Promise<void> {
    const writer = [...this.#sessions.values()].at(-1)!;
    this.#narrator.step(`Node ${writer.node.pnn} writes a persistent record`);
    const start = performance.now();
    await writer.set(SETTING, value);
    const time_ms = performance.now() - start;
    this.#setting = value;
    this.#checkSetting();
    const down = this.#cluster.nodes.length - this.#sessions.size;
    const when = down === 0 ? "persistent write" : "persistent write, a node down";
    this.#narrator.figure(when, `${time_ms.toFixed(0)} ms, on the disk of every node that is up`);
  }

  async #killLeader(): Promise<ClusterNode> {
    const victim = this.#cluster.node(await this.#cluster.leader());
    const survivors = [...this.#sessions.values()].filter(({ node }) => node !== victim);
    await this.#fillRecords(survivors);
    this.#narrator.step(`Killing the leader, node ${victim.pnn} (pid ${victim.pid}), with SIGKILL`);
    await this.#closeSession(victim);
    const start = performance.now();
    await victim.kill();
    await watchUntilHealthy(this.#cluster, this.#narrator);
    const time = seconds(performance.now() - start);
    const leader = await this.#cluster.leader();
    this.#narrator.detail(`recovered in ${time}; node ${leader} leads now`);
    this.#narrator.figure("recovery after the kill", time);
    await this.#checkRecords(survivors);
    this.#checkSetting();
    return victim;
  }

  async #bringBack(victim: ClusterNode): Promise<void> {
    await this.#writePersistent(`written while node ${victim.pnn} was down`);
    this.#narrator.step(`Starting node ${victim.pnn} again`);
    const start = performance.now();
    victim.start();
    await watchUntilHealthy(this.#cluster, this.#narrator);
    const time = seconds(performance.now() - start);
    this.#narrator.detail(`all nodes are back after ${time}`);
    this.#narrator.figure("node back in the cluster", time);
    await this.#openSession(victim);
    this.#checkSetting();
    for (const session of this.#sessions.values()) await this.#increment(session);
    await this.#checkCounter(this.#sessions.get(victim.pnn)!);
  }

  /** Records that each survivor used last, and the counter, are where the survivors are. */
  async #fillRecords(survivors: readonly Session[]): Promise<void> {
    this.#narrator.step(`Each survivor-to-be writes ${RECORDS_PER_NODE} records of its own`);
    for (const session of survivors) {
      for (let i = 0; i < RECORDS_PER_NODE; i++) {
        await session.update(ownKey(session, i), () => ownValue(session, i));
      }
    }
    await this.#increment(survivors[0]!);
    this.#narrator.detail("written");
  }

  /** Every survivor reads the records of the next one, which must come over whole. */
  async #checkRecords(survivors: readonly Session[]): Promise<void> {
    let whole = 0;
    for (const [index, owner] of survivors.entries()) {
      const reader = survivors[(index + 1) % survivors.length]!;
      for (let i = 0; i < RECORDS_PER_NODE; i++) {
        if (await reader.read(ownKey(owner, i)) === ownValue(owner, i)) whole++;
      }
    }
    const all = survivors.length * RECORDS_PER_NODE;
    const result = `${whole} of ${all}`;
    this.#narrator.verdict(whole === all, `the survivors' records are whole: ${result}`);
    this.#narrator.figure("survivors' records whole", result);
    await this.#checkCounter(survivors[0]!);
  }

  async #increment(session: Session): Promise<void> {
    await session.update(COUNTER, (value) => value + 1);
    this.#count++;
  }

  async #checkCounter(session: Session): Promise<void> {
    const value = await session.read(COUNTER);
    const text = `the counter is ${value} after ${this.#count} increments`;
    this.#narrator.verdict(value === this.#count, text);
  }

  #checkSetting(): void {
    for (const session of this.#sessions.values()) {
      const value = session.get(SETTING);
      const text = `node ${session.node.pnn} has on its disk: ${value ?? "nothing"}`;
      this.#narrator.verdict(value === this.#setting, text);
    }
  }

  async #openSession(node: ClusterNode): Promise<Session> {
    const session = await Session.open(node);
    this.#sessions.set(node.pnn, session);
    return session;
  }

  async #closeSession(node: ClusterNode): Promise<void> {
    await this.#sessions.get(node.pnn)?.[Symbol.asyncDispose]();
    this.#sessions.delete(node.pnn);
  }

  /** Closes every database; the cluster goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { node } of [...this.#sessions.values()]) await this.#closeSession(node);
  }
}

function ownKey({ node }: Session, i: number): string {
  return `node ${node.pnn} record ${i}`;
}

function ownValue({ node }: Session, i: number): number {
  return 1 + node.pnn * RECORDS_PER_NODE + i;
}
