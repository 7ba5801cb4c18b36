import { nullLogger } from "../../../lib/base/mod.ts";
import {
  type EventRequest,
  EventRunner,
  type EventRunnerOptions,
  VirtualScripts,
} from "../../../lib/events/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

/** A runner on virtual time and virtual scripts, with what it logged and answered. */
export function createRig(options: Partial<EventRunnerOptions> = {}) {
  const clock = new VirtualClock();
  const scripts = new VirtualScripts(clock);
  const lines: string[] = [];
  const runner = new EventRunner({
    clock,
    launcher: scripts,
    log: nullLogger,
    scriptLog: (script, line) => lines.push(`${script}: ${line}`),
    ...options,
  });
  const answers: string[] = [];
  /** Raises an event; its answer is noted as `EVENT RESULT`. */
  const raise = (event: string, more: Partial<EventRequest> = {}) =>
    runner.start({ event, timeout_s: 30, ...more }, (result) => answers.push(`${event} ${result}`));
  return { clock, scripts, runner, lines, answers, raise };
}
