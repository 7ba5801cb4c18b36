import type { LogLevelNumber } from "../../base/mod.ts";
import type { CtdbConf, LoadedConfig, Paths } from "../../config/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import { mutexesSupported } from "../../tdb/mod.ts";
import type { CoreSetup } from "../border/core-setup.ts";
import { selfCommand } from "./self-command.ts";

/**
 * What the configuration says, in the form in which the core gets it.
 *
 * @param port TCP port of the nodes
 */
export function coreSetup(
  paths: Paths,
  { conf, tunables }: LoadedConfig,
  nodes: readonly NodesFileEntry[],
  logLevel: LogLevelNumber,
  port: number,
): CoreSetup {
  const { testMode, ctdbdSocket } = paths;
  return {
    logLevel,
    clientSocket: { path: ctdbdSocket, changeOwner: !testMode },
    realtime: conf.legacy.realtimeScheduling && !testMode,
    binding: { configured: conf.cluster.nodeAddress, nodes, port },
    node: nodeSetup(paths, conf, nodes),
    tunables: tunables.values,
    storage: storageSetup(conf),
  };
}

function nodeSetup(
  paths: Paths,
  { cluster, legacy, failover }: CtdbConf,
  nodes: readonly NodesFileEntry[],
): CoreSetup["node"] {
  const testVersion = Number(Deno.env.get("CTDB_TEST_SAMBA_VERSION") ?? "");
  return {
    pid: Deno.pid,
    nodes,
    clusterLock: cluster.clusterLock,
    fcntlHelper: fcntlHelper(paths),
    leaderTimeout_s: cluster.leaderTimeout_s,
    leaderCapability: cluster.leaderCapability,
    lmasterCapability: legacy.lmasterCapability,
    startAsStopped: legacy.startAsStopped,
    startAsDisabled: legacy.startAsDisabled,
    failoverDisabled: failover.disabled,
    shutdownFailoverTimeout_s: failover.shutdownFailoverTimeout_s,
    shutdownExtraTimeout_s: failover.shutdownExtraTimeout_s,
    testMode: paths.testMode,
    keepaliveVersion: testVersion > 0 ? testVersion : undefined,
  };
}

function storageSetup({ database }: CtdbConf): CoreSetup["storage"] {
  return {
    directories: {
      volatile: database.volatileDirectory,
      persistent: database.persistentDirectory,
      state: database.stateDirectory,
    },
    mutexes: database.tdbMutexes && mutexesSupported(),
    lockHelperCommand: selfCommand("ctdb_lock_helper"),
    helperCommand: selfCommand("ctdb_records_helper"),
    debugLocks: database.lockDebugScript !== undefined,
  };
}

/** Our own helper, unless the environment names another. */
function fcntlHelper(paths: Paths): string[] {
  if (Deno.env.get("CTDB_CLUSTER_MUTEX_HELPER") !== undefined) {
    return [paths.helper("clusterMutexHelper")];
  }
  return [...selfCommand("ctdb_mutex_fcntl_helper")];
}

/** The base name of a debug script becomes a file of the configuration directory. */
export function debugScriptName(conf: CtdbConf): string | undefined {
  const script = conf.event.debugScript;
  return script?.slice(script.lastIndexOf("/") + 1);
}
