/** Hosts of a test: network namespaces that are there while the test runs. */
export interface TestHosts extends AsyncDisposable {
  /** The command that starts another one on host `index`. */
  enter(index: number): string[];
  /** The name of the namespace of host `index`. */
  name(index: number): string;
}

function ip(...args: string[]): boolean {
  try {
    return new Deno.Command("ip", { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
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
    return {
      name,
      enter: (index) => ["ip", "netns", "exec", name(index)],
      [Symbol.asyncDispose]() {
        for (const host of names) ip("netns", "delete", host);
        return Promise.resolve();
      },
    };
  },
};
