import {
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  type ProcedureRun,
  rethrowFinal,
  run,
} from "../../base/mod.ts";
import type { Records } from "../../records/mod.ts";
import {
  type ControlHandlers,
  type ControlOrigin,
  RecoveryMode,
  RunState,
} from "../../wire/mod.ts";
import type { LocalClient } from "../local-client.ts";
import type { NodeEvents } from "../node-events.ts";
import type { NodeState } from "../node-state.ts";
import { NodeCount, type NodeStatistics } from "../node-statistics.ts";
import type { RecoveryModeSwitch } from "../recovery-mode.ts";

/** What the controls of a recovery act on. */
interface Ports {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly records: Records;
  readonly events: NodeEvents;
  readonly client: LocalClient;
  readonly statistics: NodeStatistics;
  readonly recoveryMode: RecoveryModeSwitch;
  readonly clusterLock: string | undefined;
  readonly shutdown: (exitStatus: number, reason: string) => void;
  /** A recovery with this node in it has ended. */
  readonly recoveryEnded: () => void;
}

const EXIT_OTHER_LOCK = 1;

/** What a leader's recovery asks of each node (`cluster.md` 7.4). */
export function recoveryControls(
  ports: Ports,
): ControlHandlers<
  | "GETVNNMAP"
  | "SETVNNMAP"
  | "GET_RECMODE"
  | "SET_RECMODE"
  | "START_RECOVERY"
  | "END_RECOVERY"
  | "GET_RECLOCK_FILE"
  | "RECD_PING"
  | "UPTIME"
> {
  const { state, recoveryMode, clock } = ports;
  let starting: ProcedureRun | undefined;
  return {
    GETVNNMAP: (_request, _origin, reply) =>
      reply(0, { generation: state.generation, map: state.vnnmap }),
    SETVNNMAP({ generation, map }, _origin, reply) {
      if (state.recoveryMode !== RecoveryMode.ACTIVE) {
        return reply(-1, undefined, "the node is not in recovery mode");
      }
      state.adoptMap(generation, map);
      reply(0);
    },
    GET_RECMODE: (_request, _origin, reply) => reply(0, state.recoveryMode),
    SET_RECMODE(mode, _origin, reply) {
      recoveryMode.request(mode, (status, error) => reply(status, undefined, error));
    },
    START_RECOVERY(_request, origin, reply) {
      starting?.cancel("another recovery has begun");
      starting = run(startRecovery(ports, origin), {
        done: ({ status, error }) => reply(status, undefined, error),
        failed: (error) => reply(-1, undefined, messageOf(error)),
      });
    },
    END_RECOVERY: (_request, _origin, reply) => endRecovery(ports, reply),
    GET_RECLOCK_FILE: (_request, _origin, reply) => reply(0, ports.clusterLock ?? null),
    RECD_PING: (_request, _origin, reply) => reply(0),
    UPTIME: (_request, _origin, reply) =>
      reply(0, {
        currentTime: clock.wallTime(),
        ctdbdStartTime: state.startTime_us,
        lastRecoveryStarted: state.lastRecoveryStarted_us,
        lastRecoveryFinished: state.lastRecoveryFinished_us,
      }),
  };
}

function* startRecovery(
  ports: Ports,
  origin: ControlOrigin,
): Procedure<{ readonly status: number; readonly error: string | undefined }> {
  const { state, log, clock, events } = ports;
  log.error(`Recovery has started: leader is node ${origin.srcnode}`);
  state.recoveryStarted(clock.wallTime());
  if (!(yield* lockAgrees(ports, origin.srcnode))) {
    return { status: -1, error: "the cluster lock is configured differently" };
  }
  return { status: yield* events.run("startrecovery"), error: undefined };
}

/** All nodes must have the same cluster lock, byte for byte (`cluster.md` 6.9). */
function* lockAgrees(ports: Ports, leader: number): Procedure<boolean> {
  const { state, client, log, clusterLock, shutdown } = ports;
  if (leader === state.pnn || !state.nodes.isConnected(leader)) return true;
  let theirs: string | null;
  try {
    theirs = yield* client.control(leader, "GET_RECLOCK_FILE", undefined);
  } catch (error) {
    rethrowFinal(error);
    log.warning(`Compare the cluster lock with node ${leader}: ${messageOf(error)}`);
    return true;
  }
  if (theirs === (clusterLock ?? null)) return true;
  const text = `cluster lock differs from node ${leader}'s: ours "${clusterLock ?? ""}", ` +
    `theirs "${theirs ?? ""}"`;
  log.error(text);
  shutdown(EXIT_OTHER_LOCK, text);
  return false;
}

function endRecovery(ports: Ports, reply: (status: number) => void): void {
  const { state, log, clock, events, records, statistics } = ports;
  log.error("Recovery has finished");
  records.recoveryEnded();
  events.start("recovered", [], (status) => {
    if (state.runstate === RunState.FIRST_RECOVERY) {
      state.advance(RunState.STARTUP);
      // Clients that asked to attach while this event ran came too late for the end of recovery.
      records.startupReached();
    }
    state.recoveryFinished(clock.wallTime());
    statistics.count(NodeCount.numRecoveries);
    ports.recoveryEnded();
    reply(status);
  });
}
