import { ControlError } from "../../../lib/client/mod.ts";
import { Client } from "./client.ts";
import type { Machine } from "./machine.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";

/** One piece of work of a client; `undefined` ends the client. */
export type Operation = () => Promise<void>;

/** Prepares a client and returns what it does again and again. */
export type Workload = (client: Client, random: SeededRandom) => Promise<Operation>;

/** How long a supervisor waits before it starts its client again. */
const RESTART_MS = { low: 50, high: 800 };

/** Keeps one client with a workload running on a machine, as long as the daemon lives. */
export class Supervisor {
  readonly #machine: Machine;
  readonly #name: string;
  readonly #workload: Workload;
  readonly #random: SeededRandom;
  readonly #think_ms: number;
  #stopping = false;
  #client: Client | undefined;
  /** Operations that were completed, by all lives of the client. */
  completed = 0;

  constructor(machine: Machine, name: string, workload: Workload, think_ms: number) {
    this.#machine = machine;
    this.#name = name;
    this.#workload = workload;
    this.#random = machine.random.fork();
    this.#think_ms = think_ms;
    this.#later();
  }

  get running(): boolean {
    return this.#client !== undefined && this.#client.process.alive;
  }

  /** The client ends after what it does now, and none comes after it. */
  stop(): void {
    this.#stopping = true;
  }

  /** The client dies, in the middle of whatever it does. */
  kill(): void {
    this.#client?.process.kill();
  }

  #later(): void {
    const delay_ms = this.#random.between(RESTART_MS.low, RESTART_MS.high);
    this.#machine.scene.time.setTimer(delay_ms, () => this.#start());
  }

  #start(): void {
    if (this.#stopping) return;
    const client = Client.connect(this.#machine, this.#name);
    if (client === undefined) return this.#later();
    this.#client = client;
    client.process.atEnd(() => this.#later());
    this.#work(client).catch((error) => {
      // A refused control is answered by trying again, as Samba's processes are restarted.
      if (error instanceof ControlError) return client.process.kill();
      this.#machine.scene.fail(`${client.process.name}: ${error.stack ?? error}`);
    });
  }

  async #work(client: Client): Promise<void> {
    const operation = await this.#workload(client, this.#random);
    while (!this.#stopping) {
      await operation();
      this.completed++;
      await client.sleep(this.#random.between(0, 2 * this.#think_ms));
    }
    client.process.kill();
  }
}
