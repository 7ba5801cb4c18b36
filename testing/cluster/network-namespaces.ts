import { succeeds } from "../process/command.ts";

/** Hosts of a test: network namespaces that are there while the test runs. */
export interface TestHosts extends AsyncDisposable {
  /** The command that starts another one on host `index`. */
  enter(index: number): string[];
  /** The name of the namespace of host `index`. */
  name(index: number): string;
  /** Lays a cable between two hosts, each of which has one at most. */
  connect(one: number, other: number): void;
  /** The address of a host at its cable. */
  address(index: number): string;
  /** Pulls the cable of a host out. */
  cut(index: number): void;
}

function ip(...args: string[]): boolean {
  return succeeds(["ip", ...args]);
}

let counter = 0;

/** Makes network namespaces; only root may. */
export const networkNamespaces = {
  /** Whether this machine lets us. */
  available(): boolean {
    const name = `probe-${Deno.pid}`;
    return ip("netns", "add", name) && ip("netns", "delete", name);
  },

  /** `count` hosts, each with its loopback interface up and no other. */
  create(prefix: string, count: number): TestHosts {
    const run = `${Deno.pid}-${counter++}`;
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${run}-${index}`);
    const name = (index: number) => {
      const found = names[index];
      if (found === undefined) throw new Error(`find test host: ${index} of ${count}`);
      return found;
    };
    for (const host of names) {
      if (!ip("netns", "add", host)) throw new Error(`add network namespace: ${host}`);
      ip("-n", host, "link", "set", "lo", "up");
    }
    const mustRun = (...args: string[]) => {
      if (!ip(...args)) throw new Error(`run ip: ${args.join(" ")}`);
    };
    // The network is in no other namespace: every test may have the same.
    const address = (index: number) => `10.255.0.${index + 1}`;
    return {
      name,
      address,
      connect(one, other) {
        const end = (index: number) => ["name", "cable", "netns", name(index)];
        mustRun("link", "add", ...end(one), "type", "veth", "peer", ...end(other));
        for (const index of [one, other]) {
          mustRun("-n", name(index), "address", "add", `${address(index)}/24`, "dev", "cable");
          mustRun("-n", name(index), "link", "set", "cable", "up");
        }
      },
      cut: (index) => mustRun("-n", name(index), "link", "set", "cable", "down"),
      enter: (index) => ["ip", "netns", "exec", name(index)],
      [Symbol.asyncDispose]() {
        for (const host of names) ip("netns", "delete", host);
        return Promise.resolve();
      },
    };
  },
};
