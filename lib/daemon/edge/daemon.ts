import { CtdbError, messageOf, systemClock } from "../../base/mod.ts";
import {
  ctdbPortOf,
  etcScriptPath,
  type LoadedConfig,
  type Paths,
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
import { memoryText } from "../../limits/mod.ts";
import { LinkWatch, RawAnnouncer } from "../../failover/mod.ts";
import { announceLogLocation, logLevelName, type OpenedLog } from "../../logging/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import type { Heartbeat } from "../border/heartbeat.ts";
import type { Border, BorderHandlers, CoreToEdge, EdgeToCore } from "../border/messages.ts";
import { ExitStatus } from "../exit-status.ts";
import type { AdminSide } from "./admin-side.ts";
import { edgeFileReader } from "./config-files.ts";
import { CoreLookout } from "./core-lookout.ts";
import { nativeLoopTrouble, type RunningCore, startNativeCore } from "./core-host.ts";
import { coreSetup, debugScriptName } from "./core-setup.ts";
import { CrashGuard } from "./crash-guard.ts";
import { DebugLockScript } from "./debug-lock-script.ts";
import { widenDescriptorTable } from "./descriptor-table.ts";
import { type EdgeParts, EdgeServices, type ProcessMessage } from "./edge-services.ts";
import { LoopWatch } from "./loop-watch.ts";
import { MemoryRest } from "./memory-rest.ts";
import { PidFile, PidFileError } from "./pid-file.ts";
import { ProcessLockHelpers } from "./process-lock-helpers.ts";
import { SocketSignposts } from "./socket-signposts.ts";

/** How the daemon was started. */
export interface StartOptions {
  readonly interactive: boolean;
  /** The command line, to start the process in the background with. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stderr: (text: string) => void;
}

/** What a daemon is started with, beside its configuration. */
export interface DaemonOptions extends StartOptions {
  readonly location: string;
  readonly admin: AdminSide;
  /** Called when the start has succeeded. */
  readonly started: () => void;
}

/** The process of one daemon: what must be opened, in order, and closed again. */
export class Daemon {
  readonly #paths: Paths;
  readonly #loaded: LoadedConfig;
  readonly #log: OpenedLog;
  readonly #nodes: readonly NodesFileEntry[];
  readonly #options: DaemonOptions;
  readonly #ended = Promise.withResolvers<number>();
  readonly #closers: (() => unknown)[] = [];
  readonly #lookout = new CoreLookout((kind, value) => this.#core?.post(kind, value));
  #events: EventRunner | undefined;
  /** There once everything is open. */
  #core: Border<EdgeToCore> | undefined;
  /** Why the process shall end, and how, said before there was a core. */
  #stopped: { readonly status: number; readonly reason: string } | undefined;
  #started = false;
  #complained = false;

  constructor(
    paths: Paths,
    loaded: LoadedConfig,
    log: OpenedLog,
    nodes: readonly NodesFileEntry[],
    options: DaemonOptions,
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
      this.#watchDefects();
      // Before there is a file that would be left behind.
      this.#watchSignals();
      this.#startNode(await this.#open());
      status = await this.#ended.promise;
    } catch (error) {
      status = statusOf(error);
      log.error(`${messageOf(error)}`);
      if (!(error instanceof CtdbError) && error instanceof Error) log.error(error.stack ?? "");
      this.#complain(messageOf(error));
    }
    if (status !== 0 && !this.#started) {
      this.#complain(`the daemon did not start, status ${status}: see ${this.#options.location}`);
    }
    for (const close of this.#closers.reverse()) await close();
    log.error(`ctdbd exits: status ${status}`);
    this.#log.close();
    return status;
  }

  /** Unless the process was told to end in the meantime. */
  #startNode({ border, heartbeat }: RunningCore): void {
    const log = this.#log.logger;
    const watched = heartbeat === undefined ? {} : { heartbeat };
    const loopWatch = new LoopWatch({ clock: systemClock, log, ...watched });
    this.#closers.push(() => loopWatch.stop());
    loopWatch.start();
    this.#restFromTimeToTime(border, heartbeat);
    this.#core = border;
    if (this.#stopped === undefined) border.post("start", null);
    else border.post("shutdown", this.#stopped);
  }

  #restFromTimeToTime(border: Border<EdgeToCore>, heartbeat: Heartbeat | undefined): void {
    // On Deno's loop nobody counts turns, and the runtime shrinks the heap by itself.
    if (heartbeat === undefined) return;
    const rest = new MemoryRest({
      clock: systemClock,
      log: this.#log.logger,
      work: () => heartbeat.read(),
      collectCore: () => border.post("collectGarbage", null),
    });
    this.#closers.push(() => rest.stop());
    rest.start();
  }

  /** Ends the daemon, however far its start has come. */
  #stop(status: number, reason: string): void {
    this.#stopped ??= { status, reason };
    this.#core?.post("shutdown", { status, reason });
  }

  /** Tells who started the daemon why it does not run, unless the log is there already. */
  #complain(text: string): void {
    if (this.#options.interactive || this.#complained) return;
    this.#complained = true;
    this.#options.stderr(`ctdbd: ${text}\n`);
  }

  /** Everything that a node needs, in the order of `cluster.md` 1.6. */
  async #open(): Promise<RunningCore> {
    const { conf } = this.#loaded;
    const paths = this.#paths;
    const log = this.#log.logger;
    for (const directory of [paths.socketdir, paths.piddir]) {
      await Deno.mkdir(directory, { recursive: true });
    }
    const pidFile = PidFile.create(paths.ctdbdPid, Deno.pid);
    this.#closers.push(() => pidFile.remove());
    if (conf.cluster.clusterLock === undefined) {
      log.warning("No cluster lock configured: a split cluster can have two leaders");
    }
    log.notice(memoryText(this.#nodes.filter(({ deleted }) => !deleted).length - 1));
    const bound = Promise.withResolvers<string>();
    const core = await this.#startCore(bound);
    this.#openAdmin(await bound.promise);
    const signposts = new SocketSignposts(paths.ctdbdSocket, paths.otherCtdbdSockets, log);
    this.#closers.push(() => signposts.remove());
    signposts.put();
    return core;
  }

  /** Starts the core, whose messages are served from then on; `bound` tells how its start went. */
  async #startCore(bound: PromiseWithResolvers<string>): Promise<RunningCore> {
    const env = this.#scriptEnvironment();
    // The edge's services and the core know each other only by messages, which come later.
    const late: { core?: RunningCore } = {};
    const services = new EdgeServices(await this.#edgeParts(env), {
      post: (kind, value) => late.core!.border.post(kind, value),
    });
    const setup = coreSetup(
      this.#paths,
      this.#loaded,
      this.#nodes,
      this.#log.level,
      ctdbPortOf(await Deno.readTextFile("/etc/services").catch(() => "")),
    );
    const handlers = { ...services.handlers, ...this.#processHandlers(bound) };
    const owner = { log: this.#log.logger, abort: this.#abort };
    if (this.#runsNatively()) late.core = startNativeCore(setup, handlers, owner);
    else {
      // Only here: a daemon whose core has a thread of its own does not load it twice.
      const { startDenoCore } = await import("./deno-core.ts");
      late.core = startDenoCore(setup, handlers, owner);
    }
    return late.core;
  }

  /** What administrators see begins when the node's address, and with it its number, is known. */
  #openAdmin(address: string): void {
    const { admin } = this.#options;
    const pnn = this.#nodes.findIndex((node) => !node.deleted && node.address === address);
    const settings = this.#loaded.conf.admin;
    const log = this.#log.logger.child("admin");
    const core = this.#lookout;
    admin.open({ settings, paths: this.#paths, pnn, log, events: this.#events!, core });
    this.#closers.push(() => admin.close(), () => core.close());
  }

  /** Whether the core gets a loop of its own: unless it must not, or cannot. */
  #runsNatively(): boolean {
    const { transport } = this.#loaded.conf.cluster;
    const trouble = transport === "deno" ? "[cluster] transport = deno" : nativeLoopTrouble();
    if (trouble === undefined) return true;
    this.#log.logger.notice(`The core runs on Deno's event loop: ${trouble}`);
    return false;
  }

  #processHandlers(bound: PromiseWithResolvers<string>): Pick<
    BorderHandlers<CoreToEdge>,
    ProcessMessage
  > {
    const log = this.#log;
    return {
      bound: ({ address }) => bound.resolve(address),
      bindFailed: ({ status, reason }) => bound.reject(new BindError(status, reason)),
      log: (lines) => {
        for (const [level, subsystem, text] of lines) log.write(level, subsystem, text);
      },
      logLevel: (level) => void (log.level = level),
      happened: (happening) => log.logger.happened(happening),
      started: () => {
        this.#started = true;
        this.#options.started();
        widenDescriptorTable();
      },
      exit: ({ status, reason }) => {
        if (reason !== undefined) this.#complain(reason);
        this.#ended.resolve(status);
      },
      abort: ({ reason }) => this.#abort(reason),
      seen: (answer) => this.#lookout.seen(answer),
    };
  }

  async #edgeParts(env: () => Record<string, string>): Promise<EdgeParts> {
    const { etcdir } = this.#paths;
    const log = this.#log.logger;
    const events = this.#events = await this.#startEvents(env);
    await this.#enableLegacyScripts();
    const lockHelpers = new ProcessLockHelpers(log.child("lock"), env());
    this.#closers.push(() => lockHelpers.close());
    const announcer = new RawAnnouncer(log.child("addresses"));
    this.#closers.push(() => announcer.close());
    const crashGuard = new CrashGuard(log.child("addresses"));
    this.#closers.push(() => crashGuard.close());
    const linkWatch = new LinkWatch(log.child("addresses"));
    this.#closers.push(() => linkWatch.stop());
    const script = this.#loaded.conf.database.lockDebugScript;
    return {
      log,
      events,
      notifier: new ScriptNotifier({ etcDirectory: etcdir, env, log }),
      lockHelpers,
      announcer,
      crashGuard,
      linkWatch,
      debugLock: script === undefined
        ? undefined
        : new DebugLockScript(etcScriptPath(etcdir, script), log.child("records")),
      readFile: edgeFileReader(this.#paths, this.#loaded, systemConfigIo, log),
    };
  }

  /** Ends the process at once: its state cannot be trusted. */
  readonly #abort = (reason: string): never => {
    this.#log.logger.error(`Fatal: ${reason}`);
    this.#log.flush();
    Deno.kill(Deno.pid, "SIGABRT");
    Deno.exit(134);
  };

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
      onRecord: ({ event }, record) => this.#options.admin.ran(event, record),
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
  #watchDefects(): void {
    const abort = this.#abort;
    const stackOf = (thrown: unknown) =>
      thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
    addEventListener("error", (event) => abort(`uncaught: ${stackOf(event.error)}`));
    addEventListener("unhandledrejection", (event) => abort(`unhandled: ${stackOf(event.reason)}`));
  }

  #watchSignals(): void {
    const log = this.#log;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => this.#stop(0, `signal ${signal}`));
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
    if (this.#paths.testMode) this.#watchStdin();
  }

  /** In test mode a closed standard input pipe means that the test is over. */
  async #watchStdin(): Promise<void> {
    if (!isPipe()) return;
    try {
      const buffer = new Uint8Array(256);
      while (await Deno.stdin.read(buffer) !== null) { /* Nobody has anything to say to us. */ }
    } catch {
      // As good as closed.
    }
    this.#stop(ExitStatus.STDIN_CLOSED, "standard input closed");
  }
}

function isPipe(): boolean {
  try {
    return Deno.statSync("/proc/self/fd/0").isFifo === true;
  } catch {
    return false;
  }
}

/** The core could not bind its sockets. */
class BindError extends CtdbError {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

function statusOf(error: unknown): number {
  if (error instanceof PidFileError) return ExitStatus.PID_FILE;
  if (error instanceof BindError) return error.status;
  return ExitStatus.CONFIG;
}
