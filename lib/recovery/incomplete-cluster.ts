import type { Clock, Logger, Timer } from "../base/mod.ts";
import type { Leadership, LocalNode } from "../membership/mod.ts";
import { missingNodes } from "./cluster-checks.ts";

const CHECK_INTERVAL_MS = 60_000;

/** What the warning looks at. */
interface Ports {
  readonly local: LocalNode;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Without a cluster lock each half of a split cluster elects a leader and works on. Two leaders that
 * log this warning are how an administrator sees it (`cluster.md` 6.10).
 */
export class IncompleteClusterWarning {
  readonly #ports: Ports;
  #timer: Timer | undefined;
  #minutes: number | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer = this.#ports.clock.setTimer(CHECK_INTERVAL_MS, () => {
      this.#check();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #check(): void {
    const { local, leadership, log } = this.#ports;
    const missing = leadership.isLeader ? missingNodes(local) : [];
    if (missing.length === 0) {
      if (this.#minutes !== undefined) log.warning("Cluster complete again");
      this.#minutes = undefined;
      return;
    }
    this.#minutes = this.#minutes === undefined ? 0 : this.#minutes + 1;
    if (!isDue(this.#minutes)) return;
    log.warning(
      `Cluster incomplete for ${this.#minutes} minutes: leader ${local.nodes.pnn}, ` +
        `${local.nodes.connected().length - 1} other nodes connected, missing ${missing.join(" ")}`,
    );
  }
}

/** Every minute at first, then every ten, then every hour. */
function isDue(minutes: number): boolean {
  if (minutes <= 10) return true;
  return minutes % (minutes <= 60 ? 10 : 60) === 0;
}
