import type { LabDaemon } from "../../tests/failover/support/host.ts";
import { Lab } from "../../tests/failover/support/lab.ts";
import { must } from "../../tests/failover/support/run.ts";
import { waitFor } from "../../testing/process/wait.ts";

const HOSTS = 3;
const TIMEOUT_MS = 300_000;
const INTERVAL_MS = 20;

/** How long a third of all addresses took to move. */
export interface ManyMoved {
  /** From `ctdb disable` until the other hosts have them all. */
  readonly away_ms: number;
  /** From `ctdb enable` until the host has its share again. */
  readonly back_ms: number;
}

/** Three hosts share `count` public addresses; one of them is disabled, and enabled again. */
export async function moveMany(kind: LabDaemon, count: number): Promise<ManyMoved> {
  const hosts = new Array<LabDaemon>(HOSTS).fill(kind);
  await using lab = await Lab.start({ hosts, addresses: count });
  const [first] = lab.hosts;
  const moving = new Set(lab.addresses);
  const hosted = (name: string) =>
    must("ip", ["-n", name, "-o", "-4", "addr", "show", "dev", "eth1"])
      .matchAll(/ inet ([\d.]+)\//g).filter(([, address]) => moving.has(address!)).toArray().length;
  const total = () => lab.hosts.reduce((sum, { name }) => sum + hosted(name), 0);
  const timed = async (command: string, done: () => boolean): Promise<number> => {
    const start = performance.now();
    first!.ctdb(command);
    await waitFor(command, done, { timeout_ms: TIMEOUT_MS, interval_ms: INTERVAL_MS });
    return performance.now() - start;
  };
  await waitFor("all addresses are hosted, by all hosts", () => {
    return total() === count && lab.hosts.every(({ name }) => hosted(name) > count / 4);
  }, { timeout_ms: TIMEOUT_MS });
  const share = hosted(first!.name);
  const away_ms = await timed("disable", () => hosted(first!.name) === 0 && total() === count);
  const back_ms = await timed("enable", () => hosted(first!.name) >= share && total() === count);
  return { away_ms, back_ms };
}
