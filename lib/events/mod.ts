/**
 * Event scripts: what runs them, in which order and for how long, and what is known of the last run
 * (`spec/events.md` parts A to C, `spec/wire.md` 12).
 *
 * - {@link EventRunner} is the pure core: queue, deadline, preemption, status. It runs on
 *   {@link ProcessLauncher} in the daemon and on {@link VirtualScripts} in the simulation.
 * - {@link EventServer} and {@link EventClient} speak the event socket, so that the C tools work on
 *   our daemon and ours on theirs. Runner and client are both an {@link EventService}.
 * - {@link MonitorSchedule} says when the next monitor event is due and what the last one means.
 *
 * @module
 */
export type { EventDone } from "./component-queue.ts";
export { wasNotReached } from "./errno.ts";
export { EventClient, EventConnectionError } from "./event-client.ts";
export type { EventRecord, ScriptStatus } from "./event-run.ts";
export {
  type DaemonEvent,
  EVENT_RULES,
  type EventRule,
  isDaemonEvent,
  isForgiven,
  refusalOf,
} from "./event-rules.ts";
export { EventRunner, type EventRunnerOptions } from "./event-runner.ts";
export { EventServer, type EventServerOptions } from "./event-server.ts";
export {
  type EventRequest,
  type EventService,
  type EventStatusReply,
  LEGACY_COMPONENT,
} from "./event-service.ts";
export type {
  ScriptEntry,
  ScriptLauncher,
  ScriptListing,
  ScriptObserver,
  ScriptProcess,
  ScriptSignal,
} from "./launcher.ts";
export { MonitorSchedule, type MonitorTunables, type MonitorVerdict } from "./monitor-schedule.ts";
export {
  type Notification,
  type Notifier,
  ScriptNotifier,
  type ScriptNotifierOptions,
} from "./notification.ts";
export { ProcessLauncher, type ProcessLauncherOptions } from "./process-launcher.ts";
export {
  disableScript,
  enableScript,
  type ListedScript,
  overviewScripts,
  type ScriptChange,
  type ScriptDirectories,
  type ScriptOverview,
} from "./script-admin.ts";
export { setScriptMode } from "./script-directory.ts";
export { type ScriptEnvironment, scriptEnvironment } from "./script-environment.ts";
export type { ScriptLog } from "./script-log.ts";
export type { ScriptEnd } from "./script-result.ts";
export { formatStatus } from "./status-text.ts";
export { type VirtualRun, type VirtualScript, VirtualScripts } from "./virtual-scripts.ts";
