import { type DaemonKind, debianAvailable } from "../cluster/cluster.ts";
import { mustRun, runCommandSync, succeeds } from "../process/command.ts";
import { waitFor } from "../process/wait.ts";
import { Host } from "./host.ts";
import { makeSwitch, plug } from "./switch.ts";

/** How many hosts and public addresses a lab has. */
export interface LabOptions {
  /** The daemon of each host. */
  readonly hosts: readonly DaemonKind[];
  /** Public IPv4 addresses; all hosts may have all of them. */
  readonly addresses: number;
  /** Public IPv6 addresses. */
  readonly ipv6Addresses?: number;
  /** Lines for every host's `ctdb.tunables`. */
  readonly tunables?: readonly string[];
}

/** What fits beside the hosts' own addresses into 10.99.0.0/24. */
const MOST_IN_SMALL_NETWORK = 140;

/** The end of what a lab's hosts are called; two labs may be there at once. */
let count = 0;

/**
 * Hosts on two switches: each a network namespace with interfaces of its own, in which a daemon runs
 * in mount and process namespaces of its own, with the paths of a real installation. A client is on
 * the public switch.
 */
export class Lab implements AsyncDisposable {
  readonly directory: string;
  readonly hosts: readonly Host[];
  readonly addresses: readonly string[];
  readonly #name: string;

  private constructor(name: string, directory: string, hosts: Host[], addresses: string[]) {
    this.#name = name;
    this.directory = directory;
    this.hosts = hosts;
    this.addresses = addresses;
  }

  /** Whether this machine lets us make one. */
  static available(): boolean {
    // Debian's package is there as the other kind of daemon, and for its directories.
    return Deno.uid() === 0 && debianAvailable &&
      succeeds(["ip", "netns", "list"]) &&
      succeeds(["unshare", "--mount", "--pid", "--fork", "true"]);
  }

  /** Makes the network and the hosts, starts all daemons and waits until all are healthy. */
  static async start(options: LabOptions): Promise<Lab> {
    const name = `lab${Deno.pid % 10_000}-${count++}`;
    const directory = await Deno.makeTempDir({ prefix: "ctdb-lab-" });
    const { addresses, lines } = publicAddresses(options);
    makeSwitch(`${name}-sw`);
    const nodes = options.hosts.map((_, i) => `10.98.0.${11 + i}`);
    const hosts = options.hosts.map((kind, index) =>
      new Host({
        name: `${name}-h${index}`,
        switchName: `${name}-sw`,
        index,
        kind,
        directory: `${directory}/h${index}`,
        files: {
          nodes: `${nodes.join("\n")}\n`,
          public_addresses: lines,
          "ctdb.conf": `[logging]\nlocation = file:/var/log/ctdb/log.ctdb\nlog level = NOTICE\n` +
            `[cluster]\ncluster lock = ${directory}/cluster.lock\n` +
            `[legacy]\nrealtime scheduling = false\n`,
          "ctdb.tunables": (options.tunables ?? []).map((line) => `${line}\n`).join(""),
          "script.options": "",
        },
      })
    );
    const lab = new Lab(name, directory, hosts, addresses);
    try {
      lab.#plugOthers();
      for (const host of hosts) await host.start();
      await lab.untilHealthy();
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Puts the client and the observer on the public network. */
  #plugOthers(): void {
    const cable = { iface: "eth1", bridge: "pub" } as const;
    const client = { namespace: this.clientNamespace, port: "c1" };
    const observer = { namespace: this.observerNamespace, port: "c2" };
    for (const { namespace } of [client, observer]) mustRun(["ip", "netns", "add", namespace]);
    const addresses = ["10.99.0.250/24", "fd99::250/64"];
    plug(`${this.#name}-sw`, { ...cable, ...client, addresses });
    plug(`${this.#name}-sw`, { ...cable, ...observer, addresses: [] });
  }

  get clientNamespace(): string {
    return `${this.#name}-cl`;
  }

  /** Somebody else on the public network: what is answered to it, the client does not hear. */
  get observerNamespace(): string {
    return `${this.#name}-ob`;
  }

  host(index: number): Host {
    const host = this.hosts[index];
    if (host === undefined) throw new RangeError(`host of lab: ${index}`);
    return host;
  }

  /** Waits until the given hosts are OK, say so of each other, and all addresses are on them. */
  async untilHealthy(members: readonly Host[] = this.hosts): Promise<void> {
    await waitFor(`hosts ${members.map((h) => h.index).join(" ")} are healthy`, () => {
      return members.every((host) => host.sees(members)) && this.#allServed(members);
    }, { timeout_ms: 90_000, interval_ms: 200 }).catch((error) => {
      throw new Error(`${error.message}\n${this.logTails()}`, { cause: error });
    });
  }

  /** The host that has an address on its interface; undefined when none or two have. */
  holder(address: string): Host | undefined {
    const holders = this.hosts.filter((host) => host.has(address));
    return holders.length === 1 ? holders[0] : undefined;
  }

  /** The host that leads by the word of a living member. */
  leader(): Host | undefined {
    for (const host of this.hosts) {
      const { exit, stdout } = host.ctdb("leader");
      if (exit === 0) return this.hosts[Number(stdout.trim())];
    }
    return undefined;
  }

  logTails(): string {
    return this.hosts.map((host) => `--- host ${host.index}\n${host.logTail()}`).join("\n");
  }

  #allServed(members: readonly Host[]): boolean {
    const hosted = this.hosts.map((host) => ({ host, addresses: host.addresses() }));
    return this.addresses.every((address) => {
      const [holder, second] = hosted.filter(({ addresses }) => addresses.has(address));
      return holder !== undefined && second === undefined && members.includes(holder.host);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.hosts) await host.destroy();
    for (const namespace of [this.clientNamespace, this.observerNamespace, `${this.#name}-sw`]) {
      runCommandSync(["ip", "netns", "delete", namespace]);
    }
    await waitFor("remove the lab's directory", async () => {
      await Deno.remove(this.directory, { recursive: true });
      return true;
    }, { timeout_ms: 10_000 });
  }
}

/** The public addresses of a lab, and the lines of `public_addresses` for them. */
function publicAddresses({ addresses: count, ipv6Addresses = 0 }: LabOptions) {
  const many = count > MOST_IN_SMALL_NETWORK;
  const ipv4 = Array.from(
    { length: count },
    (_, i) => many ? `10.99.${1 + Math.trunc(i / 250)}.${1 + i % 250}` : `10.99.0.${101 + i}`,
  );
  const ipv6 = Array.from({ length: ipv6Addresses }, (_, i) => `fd99::${101 + i}`);
  const addresses = [...ipv4, ...ipv6];
  const prefix = (address: string) => address.includes(":") ? 64 : many ? 16 : 24;
  return { addresses, lines: addresses.map((a) => `${a}/${prefix(a)} eth1\n`).join("") };
}
