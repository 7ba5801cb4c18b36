import type { DaemonKind } from "../../testing/cluster/daemon-kind.ts";
import type { Host } from "../../testing/lab/host.ts";
import { Lab } from "../../testing/lab/lab.ts";
import { waitFor } from "../../testing/process/wait.ts";

const HOSTS = 3;
const TIMEOUT_MS = 300_000;
const INTERVAL_MS = 20;

/** How long a third of all addresses took to move. */
export interface ManyMoved {
  /** From the start of the daemons until all hosts are healthy and have their share. */
  readonly start_ms: number;
  /** From `ctdb disable` until the other hosts have them all. */
  readonly away_ms: number;
  /** From `ctdb enable` until the host has its share again. */
  readonly back_ms: number;
}

/** Three hosts share `count` public addresses; one of them is disabled, and enabled again. */
export async function moveMany(kind: DaemonKind, count: number): Promise<ManyMoved> {
  const hosts = new Array<DaemonKind>(HOSTS).fill(kind);
  const begin = performance.now();
  await using lab = await Lab.start({ hosts, addresses: count });
  const [first] = lab.hosts;
  const moving = new Set(lab.addresses);
  const hosted = (host: Host) => host.addresses().intersection(moving).size;
  const total = () => lab.hosts.reduce((sum, host) => sum + hosted(host), 0);
  const timed = async (command: string, done: () => boolean): Promise<number> => {
    const start = performance.now();
    first!.ctdb(command);
    await waitFor(command, done, { timeout_ms: TIMEOUT_MS, interval_ms: INTERVAL_MS });
    return performance.now() - start;
  };
  await waitFor("all addresses are hosted, by all hosts", () => {
    return total() === count && lab.hosts.every((host) => hosted(host) > count / 4);
  }, { timeout_ms: TIMEOUT_MS });
  const start_ms = performance.now() - begin;
  const share = hosted(first!);
  const away_ms = await timed("disable", () => hosted(first!) === 0 && total() === count);
  const back_ms = await timed("enable", () => hosted(first!) >= share && total() === count);
  return { start_ms, away_ms, back_ms };
}
