import { setImmediate } from "node:timers";
import process from "node:process";
import { type Logger, systemClock, systemRandom } from "../../base/mod.ts";
import {
  type ConfigIo,
  type CtdbConf,
  type HomeNode,
  type LoadedConfig,
  type NodesList,
  type Paths,
  readHomeNodes,
  readNodes,
  readPublicAddresses,
} from "../../config/mod.ts";
import type { EventRunner, Notifier } from "../../events/mod.ts";
import { type LinkWatch, localAddresses, type RawAnnouncer } from "../../failover/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import type { OpenedLog } from "../../logging/mod.ts";
import type { RecordsStorage } from "../../records/mod.ts";
import type { ClientListener, NodeTransport } from "../../transport/mod.ts";
import type { NodeConfig, NodePorts } from "../node-ports.ts";
import { Faults } from "../faults.ts";
import { TurnQueue } from "../turns.ts";
import { processExists } from "./libc.ts";
import type { CrashGuard } from "./crash-guard.ts";
import type { ProcessLockHelpers } from "./process-lock-helpers.ts";
import { sayMessages, textOf } from "./config-texts.ts";
import { selfCommand } from "./self-command.ts";

/** What the edge has opened before the node is put together. */
export interface EdgeParts {
  readonly paths: Paths;
  readonly io: ConfigIo;
  readonly loaded: LoadedConfig;
  readonly log: OpenedLog;
  readonly transport: NodeTransport;
  readonly clients: ClientListener;
  readonly storage: RecordsStorage;
  readonly events: EventRunner;
  readonly notifier: Notifier;
  readonly lockHelpers: ProcessLockHelpers;
  readonly announcer: RawAnnouncer;
  readonly crashGuard: CrashGuard;
  readonly linkWatch: LinkWatch;
  readonly exit: (status: number) => void;
}

/** The nodes file as the node wants it. */
export function nodesFileEntries(nodes: NodesList): NodesFileEntry[] {
  return nodes.map(({ address, deleted }, pnn) => ({ pnn, address: address.address, deleted }));
}

/** The real outside of a node. */
export function nodePorts(parts: EdgeParts): NodePorts {
  const { paths, io, loaded, log, events, notifier } = parts;
  const logger = log.logger;
  const abort = (reason: string): never => {
    logger.error(`Fatal: ${reason}`);
    log.flush();
    Deno.kill(Deno.pid, "SIGABRT");
    Deno.exit(134);
  };
  return {
    clock: systemClock,
    random: systemRandom,
    log: logger,
    turns: new TurnQueue(
      (callback) => void setImmediate(callback),
      new Faults(logger, abort),
    ),
    transport: parts.transport,
    clients: parts.clients,
    storage: parts.storage,
    events,
    lockHelpers: parts.lockHelpers,
    addresses: {
      announcer: parts.announcer,
      localAddresses,
      guard: (held) => void parts.crashGuard.update(held),
      watchLinks: (changed) => parts.linkWatch.start(changed),
      interfaceExists: (name) => io.stat(`/sys/class/net/${name}`) !== undefined,
      readAddressFile(done) {
        readPublicAddresses(loaded.publicAddresses, io).then((addresses) => {
          if (addresses === undefined) {
            logger.warning(`No public addresses file: ${loaded.publicAddresses}`);
          }
          done({
            entries: (addresses ?? []).map(({ address, maskBits, interfaces }) => ({
              address: address.address,
              maskBits,
              interfaces,
            })),
          });
        }, (error) => done({ error: textOf(error) }));
      },
    },
    readHomeNodes(done) {
      homeNodes(paths.homeNodes, io, logger).then(done, (error) => {
        logger.error(`Read home nodes: ${textOf(error)}`);
        done([]);
      });
    },
    readNodesFile(done) {
      readNodes(loaded.nodesSource, io).then(
        (nodes) => done({ entries: nodesFileEntries(nodes) }),
        (error) => done({ error: textOf(error) }),
      );
    },
    notify: (event) => notifier.notify(event as Parameters<Notifier["notify"]>[0]),
    processExists,
    memory,
    logLevel: {
      get: () => log.level,
      set: (level) => void (log.level = level),
    },
    exit: parts.exit,
    abort,
  };
}

/** The part of the configuration that a node is made with. */
export function nodeConfig(
  address: string,
  nodes: readonly NodesFileEntry[],
  loaded: LoadedConfig,
  paths: Paths,
): NodeConfig {
  const { conf, tunables } = loaded;
  const { cluster, legacy, failover } = conf;
  const testVersion = Number(Deno.env.get("CTDB_TEST_SAMBA_VERSION") ?? "");
  return {
    address,
    pid: Deno.pid,
    nodes,
    tunables: {
      get: (name) => tunables.values[name],
      set: (name, value) => void tunables.set(name, value),
      all: () => tunables.values,
    },
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

/** Our own helper, unless the environment names another. */
function fcntlHelper(paths: Paths): string[] {
  if (Deno.env.get("CTDB_CLUSTER_MUTEX_HELPER") !== undefined) {
    return [paths.helper("clusterMutexHelper")];
  }
  return [...selfCommand("ctdb_mutex_fcntl_helper")];
}

async function homeNodes(
  path: string,
  io: ConfigIo,
  log: Logger,
): Promise<readonly HomeNode[]> {
  const { homes, messages } = await readHomeNodes(path, io);
  sayMessages(log, messages);
  return homes;
}

function memory(): { used: number; report: string } {
  const usage = process.memoryUsage();
  const lines = Object.entries(usage).map(([name, bytes]) =>
    `${name.padEnd(14)} ${String(bytes).padStart(12)} bytes`
  );
  return { used: usage.rss, report: `Memory of ctdbd, pid ${Deno.pid}\n${lines.join("\n")}\n` };
}

/** The base name of a debug script becomes a file of the configuration directory. */
export function debugScriptName(conf: CtdbConf): string | undefined {
  const script = conf.event.debugScript;
  return script?.slice(script.lastIndexOf("/") + 1);
}
