import type { PublicAddresses } from "../../failover/mod.ts";
import type { Records } from "../../records/mod.ts";
import { UNKNOWN_PNN } from "../../wire/mod.ts";
import type { ClientSessions } from "../client-sessions.ts";
import type { AllControlHandlers } from "../control-router.ts";
import type { Leading } from "../leading.ts";
import type { NodeCore } from "../node-core.ts";
import type { StatisticsGauges } from "../node-statistics.ts";
import { clientControls } from "./client-controls.ts";
import { membershipControls } from "./membership-controls.ts";
import { recoveryControls } from "./recovery-controls.ts";
import { statisticsControls } from "./statistics-controls.ts";
import { tunableControls } from "./tunable-controls.ts";

/** The parts of a node that controls act on, and what only the node itself can do. */
interface Ports {
  readonly core: NodeCore;
  readonly records: Records;
  readonly addresses: PublicAddresses;
  readonly sessions: ClientSessions;
  readonly leading: Leading;
  readonly gauges: () => StatisticsGauges;
  readonly shutdown: (exitStatus: number, reason: string) => void;
  readonly nodesReloaded: () => void;
  readonly recoveryEnded: () => void;
}

/** A handler for every control that a daemon answers. */
export function allControls(parts: Ports): AllControlHandlers {
  const { core, records, addresses, sessions, leading, gauges, shutdown } = parts;
  const { state, log, statistics, registry, tunnels, client, events, config, ports } = core;
  const { recoveryMode, activity, leadership } = leading;
  const { clock, processExists } = ports;
  return {
    ...records.handlers,
    ...addresses.handlers,
    ...tunableControls(config.tunables, log),
    ...statisticsControls({ ...ports, statistics, records, gauges }),
    ...clientControls({
      state,
      pid: config.pid,
      sessions,
      registry,
      tunnels,
      log,
      processExists,
      leader: () => leadership.electionInProgress ? UNKNOWN_PNN : leadership.leader,
    }),
    ...membershipControls({
      state,
      log,
      activity,
      recoveryMode,
      readNodesFile: ports.readNodesFile,
      shutdown,
      nodesReloaded: parts.nodesReloaded,
      changed: leading.wake,
    }),
    ...recoveryControls({
      state,
      clock,
      log: log.child("recovery"),
      records,
      events,
      client,
      statistics,
      recoveryMode,
      clusterLock: config.clusterLock,
      shutdown,
      recoveryEnded: parts.recoveryEnded,
    }),
  };
}
