import { type Clock, type Logger, ownCpuTime_ms, type Timer } from "../../base/mod.ts";
import type { CoreWork } from "../border/heartbeat.ts";

const TICK_MS = 1000;
/** A tick that is later than this says that something has held the event loop up. */
const STALL_MS = 3000;
const CPU_CHECK_MS = 60_000;

/** What the watch stands on. */
interface Ports {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the core's thread turns; absent when it is on this loop. */
  readonly heartbeat?: { read(): Pick<CoreWork, "turns" | "busy"> };
  /** CPU time of this process so far, in ms. */
  readonly cpuTime_ms?: () => number;
  /** CPU use in per cent from which on it is worth a line. */
  readonly cpuThreshold_percent?: number;
}

/** Says in the log when the event loop was held up or the processor is nearly used up (`cluster.md` 1.5). */
export class LoopWatch {
  readonly #ports:
    & Ports
    & Required<Pick<Ports, "cpuTime_ms" | "cpuThreshold_percent">>;
  #turns = -1;
  #turning_ms = 0;
  readonly #timers: (Timer | undefined)[] = [undefined, undefined];
  #busy_percent = 0;

  constructor(ports: Ports) {
    this.#ports = { cpuTime_ms: ownCpuTime_ms, cpuThreshold_percent: 90, ...ports };
  }

  start(): void {
    this.#tick(this.#ports.clock.now());
    this.#checkCpu(this.#ports.clock.now(), this.#ports.cpuTime_ms());
  }

  stop(): void {
    for (const timer of this.#timers) timer?.cancel();
  }

  #tick(before_ms: number): void {
    const { clock, log } = this.#ports;
    this.#timers[0] = clock.setTimer(TICK_MS, () => {
      const now_ms = clock.now();
      const late_ms = now_ms - before_ms - TICK_MS;
      if (late_ms > STALL_MS) log.error(`Event loop held up for ${Math.round(late_ms)} ms`);
      this.#checkCore(now_ms - before_ms);
      this.#tick(now_ms);
    });
  }

  /** Says every so often that the core is still in the same turn. */
  #checkCore(passed_ms: number): void {
    const { heartbeat, log } = this.#ports;
    const seen = heartbeat?.read();
    if (seen === undefined) return;
    if (!seen.busy || seen.turns !== this.#turns) this.#turning_ms = 0;
    else this.#turning_ms += passed_ms;
    this.#turns = seen.turns;
    if (this.#turning_ms < STALL_MS) return;
    log.error(`The core has been in one turn for ${Math.round(this.#turning_ms)} ms`);
  }

  #checkCpu(before_ms: number, cpuBefore_ms: number): void {
    const { clock, log, cpuTime_ms, cpuThreshold_percent } = this.#ports;
    this.#timers[1] = clock.setTimer(CPU_CHECK_MS, () => {
      const now_ms = clock.now();
      const cpu_ms = cpuTime_ms();
      const percent = Math.round((100 * (cpu_ms - cpuBefore_ms)) / (now_ms - before_ms));
      const busy = percent >= cpuThreshold_percent ? percent : 0;
      if (busy !== this.#busy_percent) log.warning(`CPU use of ctdbd: ${percent} %`);
      this.#busy_percent = busy;
      this.#checkCpu(now_ms, cpu_ms);
    });
  }
}
