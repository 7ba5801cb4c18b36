import type { AddressEntry } from "../../../lib/failover/mod.ts";
import type { NodesFileEntry } from "../../../lib/membership/mod.ts";
import { OpenCalls } from "./open-calls.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import { SimulatedLock } from "./simulated-lock.ts";
import { SimulatedNetwork } from "./simulated-network.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { Trace } from "./trace.ts";

/** What is the same on all machines of a cluster. */
export interface ClusterSettings {
  readonly nodes: number;
  readonly clusterLock: boolean;
  readonly publicAddresses: number;
  readonly mutexes: boolean;
  /** Whether urgent packets pass others that are on their way to the same node. */
  readonly overtaking: boolean;
  readonly tunables: Readonly<Record<string, number>>;
}

/** What all machines of a cluster share: time, network, lock, the files that are the same everywhere. */
export class Scene {
  readonly settings: ClusterSettings;
  readonly random: SeededRandom;
  readonly time = new VirtualClock();
  readonly trace = new Trace(() => this.time.now());
  readonly network: SimulatedNetwork;
  readonly lock: SimulatedLock;
  readonly nodesFile: readonly NodesFileEntry[];
  readonly publicAddresses: readonly AddressEntry[];
  readonly calls: OpenCalls;
  logLevel = 3;
  /** Daemons that end are started again. */
  keepRunning = false;
  #failure: string | undefined;

  constructor(settings: ClusterSettings, random: SeededRandom) {
    this.settings = settings;
    this.random = random;
    this.network = new SimulatedNetwork(this.time, random.fork());
    this.network.overtaking = settings.overtaking;
    this.network.onFrame = (from, to, frame) => this.trace.add({ from, to, frame });
    this.lock = new SimulatedLock(this.time, random.fork());
    this.calls = new OpenCalls(this.time);
    this.nodesFile = Array.from({ length: settings.nodes }, (_, pnn) => ({
      pnn,
      address: `10.0.0.${pnn + 1}`,
      deleted: false,
    }));
    this.publicAddresses = Array.from({ length: settings.publicAddresses }, (_, i) => ({
      address: `192.168.1.${i + 1}`,
      maskBits: 24,
      interfaces: ["eth0"],
    }));
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  /** Notes the first thing that went wrong; it ends the run. */
  fail(text: string): void {
    if (this.#failure === undefined) this.trace.add(`!!! ${text}`);
    this.#failure ??= text;
  }
}
