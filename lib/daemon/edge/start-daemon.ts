import { CtdbError, LogLevel, messageOf, systemClock } from "../../base/mod.ts";
import {
  ctdbPortOf,
  etcScriptPath,
  installedPaths,
  InvalidConfigError,
  loadConfig,
  type LoadedConfig,
  missingDirectories,
  type Paths,
  readNodes,
  systemConfigIo,
} from "../../config/mod.ts";
import {
  enableScript,
  EventRunner,
  EventServer,
  ProcessLauncher,
  scriptEnvironment,
  ScriptNotifier,
  setScriptMode,
} from "../../events/mod.ts";
import { LinkWatch, localAddresses, RawAnnouncer } from "../../failover/mod.ts";
import { announceLogLocation, logLevelName, type OpenedLog, openLog } from "../../logging/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import { UnixListener } from "../../transport/mod.ts";
import { Node } from "../node.ts";
import { bindNodeAddress } from "./bind-address.ts";
import { placedText, sayMessages, textOf } from "./config-texts.ts";
import { CrashGuard } from "./crash-guard.ts";
import { detach, isDetached, leaveSession } from "./detach.ts";
import { makeRealtime } from "./libc.ts";
import { LoopWatch } from "./loop-watch.ts";
import { PidFile, PidFileError } from "./pid-file.ts";
import { debugScriptName, nodeConfig, nodePorts, nodesFileEntries } from "./ports.ts";
import { ProcessLockHelpers } from "./process-lock-helpers.ts";
import { RealStorage } from "../../records/mod.ts";
import { mutexesSupported } from "../../tdb/mod.ts";
import { selfCommand } from "./self-command.ts";

/** Exit statuses of the daemon (`cluster.md` 1.10). */
export const ExitStatus = { CONFIG: 1, SOCKET: 10, PID_FILE: 11, STDIN_CLOSED: 32 } as const;

/** How the daemon was started. */
export interface StartOptions {
  readonly interactive: boolean;
  /** The command line, to start the process in the background with. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stderr: (text: string) => void;
}

/**
 * Runs the daemon (`cluster.md` 1.6). Resolves with an exit status: of a start that failed, of the
 * process that went on in the background, or of the daemon itself when it has shut down.
 */
export async function startDaemon(options: StartOptions): Promise<number> {
  const { interactive, env, stderr } = options;
  const paths = installedPaths(env);
  const loaded = await loadOrComplain(paths, stderr);
  if (loaded === undefined) return ExitStatus.CONFIG;
  const location = interactive ? "file:-" : loaded.conf.logging.location;
  let log: OpenedLog;
  try {
    log = openDaemonLog(paths, loaded, location);
  } catch (error) {
    stderr(`ctdbd: ${messageOf(error)}\n`);
    return ExitStatus.CONFIG;
  }
  sayMessages(log.logger, loaded.messages);
  let nodes: NodesFileEntry[];
  try {
    nodes = nodesFileEntries(await readNodes(loaded.nodesSource, systemConfigIo));
  } catch (error) {
    return failStart(log, options, textOf(error));
  }
  const missing = missingDirectories(loaded.conf, systemConfigIo);
  if (missing.length > 0) {
    return failStart(log, options, missing.join("; "));
  }
  if (!interactive && !isDetached(env)) {
    log.close();
    detach(options.args, paths.testMode);
    return 0;
  }
  if (isDetached(env) && !paths.testMode) leaveSession();
  return await new Daemon(paths, loaded, log, nodes, { ...options, location }).run();
}

async function loadOrComplain(
  paths: Paths,
  stderr: (text: string) => void,
): Promise<LoadedConfig | undefined> {
  try {
    return await loadConfig(paths, systemConfigIo);
  } catch (error) {
    if (!(error instanceof CtdbError)) throw error;
    const messages = error instanceof InvalidConfigError ? error.messages : [];
    for (const message of messages.filter(({ level }) => level <= LogLevel.WARNING)) {
      stderr(`ctdbd: ${placedText(message)}\n`);
    }
    stderr(`ctdbd: ${error.message}\n`);
    return undefined;
  }
}

function openDaemonLog(paths: Paths, loaded: LoadedConfig, location: string): OpenedLog {
  return openLog(location, {
    program: "ctdbd",
    level: loaded.conf.logging.logLevel,
    host: paths.logHost ?? Deno.hostname().split(".", 1)[0]!,
  });
}

function failStart(
  log: OpenedLog,
  { interactive, stderr }: StartOptions,
  text: string,
): number {
  log.logger.error(text);
  log.close();
  // The log of a daemon in the foreground is standard error.
  if (!interactive) stderr(`ctdbd: ${text}\n`);
  return ExitStatus.CONFIG;
}

/** The process of one daemon: what must be opened, in order, and closed again. */
class Daemon {
  readonly #paths: Paths;
  readonly #loaded: LoadedConfig;
  readonly #log: OpenedLog;
  readonly #nodes: readonly NodesFileEntry[];
  readonly #options: StartOptions & { readonly location: string };
  readonly #ended = Promise.withResolvers<number>();
  readonly #closers: (() => unknown)[] = [];

  constructor(
    paths: Paths,
    loaded: LoadedConfig,
    log: OpenedLog,
    nodes: readonly NodesFileEntry[],
    options: StartOptions & { readonly location: string },
  ) {
    this.#paths = paths;
    this.#loaded = loaded;
    this.#log = log;
    this.#nodes = nodes;
    this.#options = options;
  }

  /** Runs until the node has shut down; resolves with the exit status. */
  async run(): Promise<number> {
    const log = this.#log.logger;
    log.error(`ctdb-deno starting: pid ${Deno.pid}`);
    let status: number;
    try {
      const node = await this.#open();
      this.#watchSignals(node);
      const loopWatch = new LoopWatch({ clock: systemClock, log });
      this.#closers.push(() => loopWatch.stop());
      loopWatch.start();
      node.start((error) => this.#ended.reject(error));
      status = await this.#ended.promise;
    } catch (error) {
      status = statusOf(error);
      log.error(`${messageOf(error)}`);
      if (!(error instanceof CtdbError) && error instanceof Error) log.error(error.stack ?? "");
      this.#complain(messageOf(error));
    }
    for (const close of this.#closers.reverse()) await close();
    log.error(`ctdbd exits: status ${status}`);
    this.#log.close();
    return status;
  }

  /** Tells who started the daemon, unless the log is there already. */
  #complain(text: string): void {
    if (!this.#options.interactive) this.#options.stderr(`ctdbd: ${text}\n`);
  }

  /** Everything that a node needs, in the order of `cluster.md` 1.6. */
  async #open(): Promise<Node> {
    const { conf } = this.#loaded;
    const paths = this.#paths;
    const log = this.#log.logger;
    await Deno.mkdir(paths.rundir, { recursive: true });
    const pidFile = PidFile.create(paths.ctdbdPid, Deno.pid);
    this.#closers.push(() => pidFile.remove());
    const clients = await this.#bindClientSocket();
    if (conf.legacy.realtimeScheduling && !paths.testMode && !makeRealtime()) {
      log.warning("Realtime scheduling is not permitted: going on without");
    }
    if (conf.cluster.clusterLock === undefined) {
      log.warning("No cluster lock configured: a split cluster can have two leaders");
    }
    const env = this.#scriptEnvironment();
    const events = await this.#startEvents(env);
    await this.#enableLegacyScripts();
    const { mesh, address } = bindNodeAddress({
      configured: conf.cluster.nodeAddress,
      nodes: this.#nodes,
      port: ctdbPortOf(await Deno.readTextFile("/etc/services").catch(() => "")),
      localAddresses,
      clock: systemClock,
      log,
    });
    const lockHelpers = new ProcessLockHelpers(log.child("lock"), env());
    this.#closers.push(() => lockHelpers.close());
    const announcer = new RawAnnouncer(log.child("addresses"));
    this.#closers.push(() => announcer.close());
    const crashGuard = new CrashGuard(log.child("addresses"));
    this.#closers.push(() => crashGuard.close());
    const linkWatch = new LinkWatch(log.child("addresses"));
    this.#closers.push(() => linkWatch.stop());
    const pnn = this.#nodes.findIndex((node) => !node.deleted && node.address === address);
    const ports = nodePorts({
      paths,
      io: systemConfigIo,
      loaded: this.#loaded,
      log: this.#log,
      transport: mesh,
      clients,
      storage: this.#storage(pnn),
      events,
      notifier: new ScriptNotifier({ etcDirectory: paths.etcdir, env, log }),
      lockHelpers,
      announcer,
      crashGuard,
      linkWatch,
      exit: (status) => this.#ended.resolve(status),
    });
    this.#watchDefects(ports.abort);
    return new Node(ports, nodeConfig(address, this.#nodes, this.#loaded, paths));
  }

  #storage(pnn: number): RealStorage {
    const { database } = this.#loaded.conf;
    const script = database.lockDebugScript;
    return new RealStorage({
      pnn,
      directories: {
        volatile: database.volatileDirectory,
        persistent: database.persistentDirectory,
        state: database.stateDirectory,
      },
      mutexes: database.tdbMutexes && mutexesSupported(),
      lockHelperCommand: selfCommand("ctdb_lock_helper"),
      helperCommand: selfCommand("ctdb_records_helper"),
      log: this.#log.logger.child("records"),
      ...(script === undefined
        ? {}
        : { debugLockScript: etcScriptPath(this.#paths.etcdir, script) }),
    });
  }

  async #bindClientSocket(): Promise<UnixListener> {
    const { ctdbdSocket, testMode } = this.#paths;
    try {
      return await UnixListener.bind({
        path: ctdbdSocket,
        changeOwner: !testMode,
        log: this.#log.logger,
      });
    } catch (error) {
      throw new SocketError(messageOf(error), { cause: error });
    }
  }

  #scriptEnvironment(): () => Record<string, string> {
    const { env, interactive, location } = this.#options;
    const { base, testMode } = this.#paths;
    if (!interactive && !testMode) {
      announceLogLocation(location, { program: "ctdbd" });
    }
    return () =>
      scriptEnvironment(env, {
        base,
        logging: location,
        debugLevel: logLevelName(this.#log.level),
        interactive,
      });
  }

  async #startEvents(env: () => Record<string, string>): Promise<EventRunner> {
    const paths = this.#paths;
    const log = this.#log.logger.child("eventd");
    const debugScript = debugScriptName(this.#loaded.conf);
    const events = new EventRunner({
      clock: systemClock,
      launcher: new ProcessLauncher({ clock: systemClock, etcDirectory: paths.etcdir, env }),
      log,
      setScript: (component, script, action) =>
        setScriptMode(paths.etcdir, component, script, action),
      ...(debugScript === undefined ? {} : { debugScript }),
    });
    const server = await EventServer.listen({ path: paths.eventdSocket, service: events, log });
    this.#closers.push(() => server.close(), () => events.close());
    return events;
  }

  /** Old variables such as CTDB_MANAGES_SAMBA=yes enable scripts (`cluster.md` 2.3). */
  async #enableLegacyScripts(): Promise<void> {
    const { etcdir, datadir } = this.#paths;
    for (const script of this.#loaded.legacyScripts) {
      try {
        await enableScript({ etc: etcdir, data: datadir }, "legacy", script);
      } catch (error) {
        this.#log.logger.error(`Enable event script ${script}: ${messageOf(error)}`);
      }
    }
  }

  /** A defect that no part of the node has seen: the log must have it before the process ends. */
  #watchDefects(abort: (reason: string) => never): void {
    const stackOf = (thrown: unknown) =>
      thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
    addEventListener("error", (event) => abort(`uncaught: ${stackOf(event.error)}`));
    addEventListener("unhandledrejection", (event) => abort(`unhandled: ${stackOf(event.reason)}`));
  }

  #watchSignals(node: Node): void {
    const log = this.#log;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => void node.shutdown(0, `signal ${signal}`));
    }
    Deno.addSignalListener("SIGHUP", () => {
      try {
        log.reopen();
        log.logger.notice("Logs reopened");
      } catch (error) {
        log.logger.error(messageOf(error));
      }
    });
    for (const signal of ["SIGUSR1", "SIGPIPE"] as const) {
      Deno.addSignalListener(signal, () => {});
    }
    if (this.#paths.testMode) this.#watchStdin(node);
  }

  /** In test mode a closed standard input pipe means that the test is over. */
  async #watchStdin(node: Node): Promise<void> {
    if (!isPipe()) return;
    try {
      const buffer = new Uint8Array(256);
      while (await Deno.stdin.read(buffer) !== null) { /* Nobody has anything to say to us. */ }
    } catch {
      // As good as closed.
    }
    node.shutdown(ExitStatus.STDIN_CLOSED, "standard input closed");
  }
}

function isPipe(): boolean {
  try {
    return Deno.statSync("/proc/self/fd/0").isFifo === true;
  } catch {
    return false;
  }
}

/** The client socket could not be set up. */
class SocketError extends CtdbError {}

function statusOf(error: unknown): number {
  if (error instanceof PidFileError) return ExitStatus.PID_FILE;
  if (error instanceof SocketError) return ExitStatus.SOCKET;
  return ExitStatus.CONFIG;
}
