import {
  Cancelled,
  CtdbError,
  messageOf,
  type Procedure,
  type ProcedureRun,
  run,
  wait,
} from "../base/mod.ts";
import { type AddressEntry, PublicAddresses } from "../failover/mod.ts";
import { Keepalive, type Leadership } from "../membership/mod.ts";
import { Records } from "../records/mod.ts";
import type { RecoveryDaemon } from "../recovery/mod.ts";
import { BROADCAST_CONNECTED, NodeFlag, RunState } from "../wire/mod.ts";
import { addressHost } from "./address-host.ts";
import { ClientSessions } from "./client-sessions.ts";
import { allControls } from "./controls/all-controls.ts";
import { FirstRecovery } from "./first-recovery.ts";
import { Leading } from "./leading.ts";
import { Links } from "./links.ts";
import { LoopLag } from "./loop-lag.ts";
import type { LocalClient } from "./local-client.ts";
import { Monitoring } from "./monitoring.ts";
import { NodeCore } from "./node-core.ts";
import { NodePackets } from "./node-packets.ts";
import type { HeldAddress, NodeConfig, NodePorts } from "./node-ports.ts";
import type { NodeState } from "./node-state.ts";
import type { NodeStatistics, StatisticsGauges } from "./node-statistics.ts";
import { NodeRecordsHost } from "./records-host.ts";
import { Shutdown } from "./shutdown.ts";

/** An init or setup event failed (`cluster.md` 1.6). */
const EXIT_EVENT_FAILED = 1;

/** An event without which a node does not start. */
class EventFailed extends CtdbError {}

/**
 * One node of the cluster, put together from its parts. Everything outside of its own memory comes
 * through {@link NodePorts}, so that the same code runs as a daemon and, many times over, inside a
 * simulation.
 */
export class Node {
  readonly sessions: ClientSessions;
  readonly records: Records;
  readonly addresses: PublicAddresses;
  readonly keepalive: Keepalive;
  readonly #core: NodeCore;
  readonly #leading: Leading;
  readonly #links: Links;
  readonly #loopLag: LoopLag | undefined;
  readonly #monitoring: Monitoring;
  readonly #firstRecovery: FirstRecovery;
  readonly #shutdown: Shutdown;
  readonly #timers: { cancel(): void }[] = [];
  #starting: ProcedureRun | undefined;

  constructor(ports: NodePorts, config: NodeConfig) {
    const core = this.#core = new NodeCore(ports, config);
    this.records = this.#makeRecords();
    this.addresses = this.#makeAddresses();
    this.#leading = new Leading(core, this.records, this.addresses);
    this.keepalive = new Keepalive(config.keepaliveVersion);
    const packets = new NodePackets({ ...core, keepalive: this.keepalive, records: this.records });
    core.receive = (frame, from) => packets.receive(frame, from);
    this.#links = this.#makeLinks();
    this.sessions = this.#makeSessions();
    const { state, log, events, client } = core;
    const { clock, notify } = ports;
    this.#monitoring = new Monitoring({
      state,
      clock,
      log: log.child("monitor"),
      events,
      client,
      notify,
    });
    this.#firstRecovery = new FirstRecovery({
      state,
      clock,
      log,
      records: this.records,
      events,
      fastStart: config.testMode,
      running: () => this.#running(),
    });
    this.#loopLag = ports.loop && new LoopLag(clock, log, ports.loop);
    this.#shutdown = this.#makeShutdown();
    core.controls.setHandlers(allControls({
      core,
      records: this.records,
      addresses: this.addresses,
      sessions: this.sessions,
      leading: this.#leading,
      gauges: () => this.gauges(),
      shutdown: this.#requestShutdown,
      nodesReloaded: () => this.#links.reload(),
      recoveryEnded: () => {
        this.#firstRecovery.recoveryEnded();
        this.#monitoring.possibleAgain();
      },
    }));
  }

  get state(): NodeState {
    return this.#core.state;
  }

  get statistics(): NodeStatistics {
    return this.#core.statistics;
  }

  /** The daemon as its own client. */
  get client(): LocalClient {
    return this.#core.client;
  }

  get leadership(): Leadership {
    return this.#leading.leadership;
  }

  get recovery(): RecoveryDaemon {
    return this.#leading.recovery;
  }

  #makeRecords(): Records {
    const core = this.#core;
    const records = new Records(
      new NodeRecordsHost({
        ...core,
        session: (id) => this.sessions.get(id),
        forceRecovery: (reason) => this.#leading.recoveryMode.enter(reason),
      }),
      core.ports.storage,
      core.statistics,
    );
    core.state.askWhetherFrozen(() => records.allFrozen);
    return records;
  }

  #makeAddresses(): PublicAddresses {
    const { state, ports, events, client, config } = this.#core;
    const addresses: PublicAddresses = new PublicAddresses(
      addressHost({
        state,
        ports,
        events,
        client,
        banSelf: (reason) => this.#leading.activity.banSelf(reason),
        addressesMoved: () => ports.addresses.guard(heldAddresses(addresses)),
      }),
      { failoverDisabled: config.failoverDisabled, checkAddresses: !config.testMode },
    );
    return addresses;
  }

  #makeSessions(): ClientSessions {
    return new ClientSessions({
      ...this.#core,
      clock: this.#core.ports.clock,
      records: this.records,
      clientGone: (session) => this.addresses.clientGone(session.id),
    });
  }

  #makeLinks(): Links {
    const { state, log, statistics, controls, ports, brokenLinks } = this.#core;
    const { leadership, wake } = this.#leading;
    return new Links({
      state,
      clock: ports.clock,
      log,
      statistics,
      transport: ports.transport,
      keepalive: this.keepalive,
      receive: (frame, from) => this.#core.receive(frame, from),
      nodeUp: (pnn) => {
        leadership.linkUp(pnn);
        this.#afterBreak(pnn);
        wake();
      },
      nodeDown: (pnn) => {
        brokenLinks.broken(pnn);
        controls.nodeGone(pnn);
        leadership.linkDown(pnn);
        wake();
      },
    });
  }

  /** What was on its way when the link broke is lost: then everything has to be sent again. */
  #afterBreak(pnn: number): void {
    const { brokenLinks, client, log } = this.#core;
    run(brokenLinks.mended(pnn, client), {
      done: (reason) => {
        if (reason !== undefined) this.#leading.recoveryMode.enter(reason);
      },
      failed: (error) => log.error(`Link to node ${pnn}: ${messageOf(error)}`),
    });
  }

  #makeShutdown(): Shutdown {
    const { state, log, client, events, config, ports } = this.#core;
    return new Shutdown({
      state,
      clock: ports.clock,
      log,
      client,
      events,
      failoverTimeout_s: config.failoverDisabled ? 0 : config.shutdownFailoverTimeout_s,
      extraTimeout_s: config.shutdownExtraTimeout_s,
      stopLeading: () => this.recovery.stop(),
      stopWork: () => this.#stopWork(),
      close: () => this.#close(),
      exit: ports.exit,
    });
  }

  readonly #requestShutdown = (exitStatus: number, reason: string): void => {
    this.#shutdown.begin(exitStatus, reason);
  };

  /** What statistics say about now. */
  gauges(): StatisticsGauges {
    return {
      numClients: this.sessions.size,
      frozen: this.state.allFrozen,
      recovering: this.state.recoveryMode !== 0,
      memoryUsed: this.#core.ports.memory().used,
    };
  }

  /**
   * Starts the node (`cluster.md` 1.6, from the init event on). A shutdown ends the start, wherever
   * it is.
   *
   * @param failed gets what makes a start impossible
   * @param started called when clients are served, and the node waits for others
   */
  start(failed: (error: unknown) => void, started: () => void = () => {}): void {
    const { state } = this.#core;
    if (state.runstate !== RunState.UNKNOWN) return;
    this.#starting = run(this.#startUp(started), {
      guard: () => state.runstate === RunState.SHUTDOWN ? "the node shuts down" : undefined,
      failed: (error) => {
        if (error instanceof Cancelled) return;
        if (error instanceof EventFailed) return this.#failStart(error.message);
        this.#stopWork();
        this.#close();
        failed(error);
      },
    });
  }

  *#startUp(started: () => void): Procedure<void> {
    const { ports, state } = this.#core;
    state.advance(RunState.INIT);
    yield* this.#startEvent("init");
    this.#applyStartFlags();
    this.addresses.load(yield* this.#readAddresses());
    state.beginWithMap(state.nodes.notDeleted());
    this.records.attachPersistentAtStart();
    yield* wait<boolean>((done) => this.records.freezeAll(done));
    ports.clients.accept((connection) => this.sessions.accept(connection));
    this.#links.start();

    state.advance(RunState.SETUP);
    yield* this.#startEvent("setup");
    this.#links.startKeepalives();
    this.addresses.start();
    this.#startStatistics();
    this.#loopLag?.start();
    state.advance(RunState.FIRST_RECOVERY);
    started();
    this.recovery.start();
    this.#firstRecovery.begin();
  }

  *#startEvent(event: "init" | "setup"): Procedure<void> {
    const { events, ports } = this.#core;
    const status = yield* events.run(event);
    if (status !== 0) throw new EventFailed(`Event ${event} failed: ${status}`);
    ports.notify(event);
  }

  /** Starts the shutdown sequence. */
  shutdown(exitStatus: number, reason: string): void {
    this.#shutdown.begin(exitStatus, reason);
  }

  #failStart(text: string): void {
    this.#core.log.error(`${text}: giving up`);
    this.#stopWork();
    this.#close();
    this.#core.ports.exit(EXIT_EVENT_FAILED);
  }

  #applyStartFlags(): void {
    const { startAsDisabled, startAsStopped } = this.#core.config;
    const { nodes } = this.state;
    if (startAsDisabled) {
      this.#core.log.error("This node starts as DISABLED");
      nodes.changeOwn(NodeFlag.PERMANENTLY_DISABLED, 0);
    }
    if (startAsStopped) {
      this.#core.log.error("This node starts as STOPPED");
      nodes.changeOwn(NodeFlag.STOPPED, 0);
    }
  }

  *#readAddresses(): Procedure<readonly AddressEntry[]> {
    const result = yield* wait(this.#core.ports.addresses.readAddressFile);
    if ("error" in result) throw new CtdbError(result.error);
    return result.entries;
  }

  #startStatistics(): void {
    const interval_ms = Math.max(1, this.state.tunable("StatHistoryInterval")) * 1000;
    this.#timers.splice(
      0,
      1,
      this.#core.ports.clock.setTimer(interval_ms, () => {
        this.statistics.closeInterval(this.gauges());
        this.#startStatistics();
      }),
    );
  }

  #running(): void {
    this.#core.log.happened({ kind: "daemon-running" });
    this.#core.log.error("Node is RUNNING");
    this.state.advance(RunState.RUNNING);
    this.#monitoring.begin();
    this.#core.ports.addresses.watchLinks((name) => {
      if (this.addresses.uses(name)) this.#monitoring.soon();
    });
    this.#core.ports.notify("startup");
    this.client.controlNoReply(BROADCAST_CONNECTED, "STARTUP", undefined);
  }

  #stopWork(): void {
    this.#starting?.cancel("the node shuts down");
    this.#links.stopKeepalives();
    this.#monitoring.stop();
    this.#firstRecovery.stop();
    this.#leading.activity.stop();
    this.addresses.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#loopLag?.stop();
  }

  #close(): void {
    this.records.shutdown();
    this.sessions.closeAll("the daemon shuts down");
    this.#core.ports.clients.close();
    this.#core.ports.transport.close();
  }
}

function heldAddresses(addresses: PublicAddresses): HeldAddress[] {
  return addresses.status().flatMap(({ address, maskBits, interface: name }) =>
    name === undefined ? [] : [{ address, maskBits, interface: name }]
  );
}
