import type { Logger } from "../base/mod.ts";
import { PublicAddresses, takeoverRun } from "../failover/mod.ts";
import {
  ClusterLock,
  Keepalive,
  Leadership,
  lockHelperCommand,
  NodeMap,
} from "../membership/mod.ts";
import { Records } from "../records/mod.ts";
import { RecoveryDaemon } from "../recovery/mod.ts";
import {
  BROADCAST_CONNECTED,
  Capability,
  DEFAULT_CAPABILITIES,
  NodeFlag,
  RunState,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import { Activity } from "./activity.ts";
import { addressHost } from "./address-host.ts";
import { BrokenLinks } from "./broken-links.ts";
import { ClientSessions } from "./client-sessions.ts";
import { ControlRouter } from "./control-router.ts";
import { clientControls } from "./controls/client-controls.ts";
import { membershipControls } from "./controls/membership-controls.ts";
import { recoveryControls } from "./controls/recovery-controls.ts";
import { statisticsControls } from "./controls/statistics-controls.ts";
import { tunableControls } from "./controls/tunable-controls.ts";
import { FirstRecovery } from "./first-recovery.ts";
import { Links } from "./links.ts";
import { LocalClient } from "./local-client.ts";
import { messageForClient, Messages } from "./messages.ts";
import { Monitoring } from "./monitoring.ts";
import { NodeEvents } from "./node-events.ts";
import { NodePackets } from "./node-packets.ts";
import type { HeldAddress, NodeConfig, NodePorts } from "./node-ports.ts";
import { NodeState } from "./node-state.ts";
import { NodeStatistics, type StatisticsGauges } from "./node-statistics.ts";
import { recordsHost } from "./records-host.ts";
import { RecoveryModeSwitch } from "./recovery-mode.ts";
import { RequestIds } from "./request-ids.ts";
import { Shutdown } from "./shutdown.ts";
import { SrvidRegistry } from "./srvid-registry.ts";
import { Tunnels } from "./tunnels.ts";

/** An init or setup event failed (`cluster.md` 1.6). */
const EXIT_EVENT_FAILED = 1;

/**
 * One node of the cluster, put together from its parts. Everything outside of its own memory comes
 * through {@link NodePorts}, so that the same code runs as a daemon and, many times over, inside a
 * simulation.
 */
export class Node {
  readonly state: NodeState;
  readonly statistics: NodeStatistics;
  readonly sessions: ClientSessions;
  readonly records: Records;
  readonly leadership: Leadership;
  readonly recovery: RecoveryDaemon;
  readonly addresses: PublicAddresses;
  readonly client: LocalClient;
  readonly keepalive: Keepalive;
  readonly #ports: NodePorts;
  readonly #config: NodeConfig;
  readonly #log: Logger;
  readonly #links: Links;
  readonly #events: NodeEvents;
  readonly #activity: Activity;
  readonly #monitoring: Monitoring;
  readonly #firstRecovery: FirstRecovery;
  readonly #shutdown: Shutdown;
  readonly #timers: { cancel(): void }[] = [];

  constructor(ports: NodePorts, config: NodeConfig) {
    this.#ports = ports;
    this.#config = config;
    const { clock, turns, random } = ports;
    const log = this.#log = ports.log;
    const state = this.state = new NodeState({
      nodes: new NodeMap(config.nodes),
      tunable: (name) => config.tunables.get(name),
      readNodesFile: ports.readNodesFile,
      capabilities: capabilitiesOf(config),
      startTime_us: clock.wallTime(),
    });
    state.nodes.identify(config.address);
    const statistics = this.statistics = new NodeStatistics(
      clock,
      log,
      () => state.tunable("LogLatencyMs"),
    );
    const ids = new RequestIds();
    const registry = new SrvidRegistry((srvid, data) => messageForClient(state, srvid, data));
    const sendToNode = (pnn: number, frame: Uint8Array) => this.#sendToNode(pnn, frame);
    const messages = new Messages({ state, registry, turns, sendToNode });
    const controls = new ControlRouter({ state, statistics, ids, clock, turns, log, sendToNode });
    const tunnels = new Tunnels({ state, turns, log, sendToNode });
    const client = this.client = new LocalClient(state, controls, messages, registry);
    const events = this.#events = new NodeEvents({ state, log, events: ports.events });
    const shutdown = (exitStatus: number, reason: string) =>
      void this.#shutdown.run(exitStatus, reason);

    const records = this.records = new Records(
      recordsHost({
        state,
        ids,
        controls,
        messages,
        registry,
        client,
        sendToNode,
        ports,
        session: (id) => this.sessions.get(id),
        forceRecovery: (reason) => recoveryMode.enter(reason),
        shutdown,
      }),
      ports.storage,
      statistics,
    );
    state.isAllFrozen = () => records.allFrozen;

    const addresses = this.addresses = new PublicAddresses(
      addressHost({
        state,
        ports,
        events,
        client,
        banSelf: (reason) => activity.banSelf(reason),
        addressesMoved: () => ports.addresses.guard(heldAddresses(addresses)),
      }),
      { failoverDisabled: config.failoverDisabled, checkAddresses: !config.testMode },
    );
    const dropAddresses = () => {
      if (!config.failoverDisabled) addresses.releaseAll();
    };
    const lock = this.#makeLock();
    const wake = () => this.recovery.wake();
    const recoveryMode = new RecoveryModeSwitch({
      state,
      log: log.child("recovery"),
      records,
      lock,
      changed: (mode, dropTimer) => {
        addresses.recoveryModeSet(mode, { dropTimer });
        wake();
      },
    });
    const activity = this.#activity = new Activity({
      state,
      clock,
      log,
      records,
      recoveryMode,
      dropAddresses,
      changed: wake,
    });
    const banSelf = (reason: string) => activity.banSelf(reason);
    this.leadership = new Leadership({
      local: state,
      client,
      clock,
      log: log.child("election"),
      lock,
      leaderTimeout_s: config.leaderTimeout_s,
      onLeader: () => this.recovery.leaderChanged(),
      banSelf,
    });
    this.recovery = new RecoveryDaemon({
      local: state,
      client,
      leadership: this.leadership,
      lock,
      clock,
      random,
      log: log.child("recovery"),
      takeoverRun: (forceRebalance, signal) => this.#takeoverRun(forceRebalance, signal),
      addressesWrong: () => this.#addressesWrong(),
      banSelf,
    });
    const keepalive = this.keepalive = new Keepalive(config.keepaliveVersion);
    const packets = new NodePackets({
      state,
      statistics,
      log,
      keepalive,
      registry,
      controls,
      tunnels,
      records,
    });
    this.#receive = (frame) => packets.receive(frame);
    const brokenLinks = new BrokenLinks(state);
    this.#links = new Links({
      state,
      clock,
      log,
      statistics,
      transport: ports.transport,
      keepalive,
      receive: this.#receive,
      nodeUp: (pnn) => {
        if (brokenLinks.mended(pnn)) {
          recoveryMode.enter(`the link to node ${pnn} was broken, packets may be lost`);
        }
        this.leadership.linkUp(pnn);
        wake();
      },
      nodeDown: (pnn) => {
        brokenLinks.broken(pnn);
        controls.nodeGone(pnn);
        this.leadership.linkDown(pnn);
        wake();
      },
    });
    this.sessions = new ClientSessions({
      state,
      statistics,
      ids,
      log,
      registry,
      messages,
      controls,
      tunnels,
      records,
      clientGone: (session) => addresses.clientGone(session.id),
    });
    this.#monitoring = new Monitoring({
      state,
      clock,
      log: log.child("monitor"),
      events,
      client,
      notify: ports.notify,
    });
    this.#firstRecovery = new FirstRecovery({
      state,
      clock,
      log,
      records,
      events,
      fastStart: config.testMode,
      running: () => this.#running(),
    });
    this.#shutdown = new Shutdown({
      state,
      clock,
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
    const { logLevel, memory } = ports;
    controls.setHandlers({
      ...records.handlers,
      ...addresses.handlers,
      ...tunableControls(config.tunables, log),
      ...statisticsControls({
        statistics,
        records,
        logLevel,
        gauges: () => this.gauges(),
        memoryReport: () => memory().report,
      }),
      ...clientControls({
        state,
        pid: config.pid,
        sessions: this.sessions,
        registry,
        tunnels,
        processExists: ports.processExists,
        leader: () => this.leadership.electionInProgress ? UNKNOWN_PNN : this.leadership.leader,
      }),
      ...membershipControls({
        state,
        log,
        activity,
        recoveryMode,
        shutdown,
        nodesReloaded: () => this.#links.reload(),
        changed: wake,
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
        recoveryEnded: () => this.#firstRecovery.recoveryEnded(),
      }),
    });
  }

  /** What statistics say about now. */
  gauges(): StatisticsGauges {
    return {
      numClients: this.sessions.size,
      frozen: this.state.allFrozen,
      recovering: this.state.recoveryMode !== 0,
      memoryUsed: this.#ports.memory().used,
    };
  }

  /** Starts the node (`cluster.md` 1.6, from the init event on). Resolves when it waits for others. */
  async start(): Promise<void> {
    const { ports, state } = { ports: this.#ports, state: this.state };
    state.runstate = RunState.INIT;
    if (await this.#events.run("init") !== 0) return this.#failStart("init");
    ports.notify("init");
    this.#applyStartFlags();
    await this.#loadAddresses();
    state.vnnmap = state.nodes.notDeleted();
    this.records.attachPersistentAtStart();
    await new Promise<void>((resolve) => this.records.freezeAll(() => resolve()));
    ports.clients.accept((connection) => this.sessions.accept(connection));
    this.#links.start();

    state.runstate = RunState.SETUP;
    if (await this.#events.run("setup") !== 0) return this.#failStart("setup");
    if (state.runstate !== RunState.SETUP) return;
    ports.notify("setup");
    this.#links.startKeepalives();
    this.addresses.start();
    this.#startStatistics();
    state.runstate = RunState.FIRST_RECOVERY;
    await this.recovery.start();
    this.#firstRecovery.begin();
  }

  /** Starts the shutdown sequence. */
  shutdown(exitStatus: number, reason: string): Promise<void> {
    return this.#shutdown.run(exitStatus, reason);
  }

  readonly #receive: (frame: Uint8Array) => void;

  #sendToNode(pnn: number, frame: Uint8Array): void {
    const { transport, turns } = this.#ports;
    this.statistics.count("nodePacketsSent");
    if (pnn === this.state.pnn) turns.defer(() => this.#receive(frame));
    else transport.send(pnn, frame);
  }

  #makeLock(): ClusterLock | undefined {
    const { clusterLock, fcntlHelper } = this.#config;
    if (clusterLock === undefined) return undefined;
    const { clock, lockHelpers } = this.#ports;
    return new ClusterLock(lockHelperCommand(clusterLock, fcntlHelper), {
      launcher: lockHelpers,
      clock,
      log: this.#log.child("lock"),
      onLatency: (latency_s) => this.statistics.latency("reclock.ctdbd", latency_s, "cluster lock"),
    });
  }

  #failStart(event: string): void {
    this.#log.error(`Event ${event} failed: giving up`);
    this.#stopWork();
    this.#close();
    this.#ports.exit(EXIT_EVENT_FAILED);
  }

  #applyStartFlags(): void {
    const { startAsDisabled, startAsStopped } = this.#config;
    const { nodes, pnn } = this.state;
    if (startAsDisabled) {
      this.#log.error("This node starts as DISABLED");
      nodes.changeFlags(pnn, NodeFlag.PERMANENTLY_DISABLED, 0);
    }
    if (startAsStopped) {
      this.#log.error("This node starts as STOPPED");
      nodes.changeFlags(pnn, NodeFlag.STOPPED, 0);
    }
  }

  #loadAddresses(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#ports.addresses.readAddressFile((result) => {
        try {
          if ("error" in result) throw new Error(result.error);
          this.addresses.load(result.entries);
          resolve();
        } catch (error) {
          reject(error);
        }
      })
    );
  }

  #startStatistics(): void {
    const interval_ms = Math.max(1, this.state.tunable("StatHistoryInterval")) * 1000;
    this.#timers.splice(
      0,
      1,
      this.#ports.clock.setTimer(interval_ms, () => {
        this.statistics.closeInterval(this.gauges());
        this.#startStatistics();
      }),
    );
  }

  #running(): void {
    this.#log.error("Node is RUNNING");
    this.state.runstate = RunState.RUNNING;
    this.#monitoring.begin();
    this.#ports.notify("startup");
    this.client.controlNoReply(BROADCAST_CONNECTED, "STARTUP", undefined);
  }

  async #takeoverRun(forceRebalance: readonly number[], signal: AbortSignal): Promise<void> {
    await takeoverRun({
      client: this.client,
      clock: this.#ports.clock,
      log: this.#log.child("takeover"),
      failoverDisabled: this.#config.failoverDisabled,
      forceRebalance,
      readHomeNodes: this.#ports.readHomeNodes,
      signal,
    });
  }

  #addressesWrong(): Promise<boolean> {
    const problems = this.addresses.problems();
    for (const problem of problems) this.#log.error(problem);
    return Promise.resolve(problems.length > 0);
  }

  #stopWork(): void {
    this.#links.stopKeepalives();
    this.#monitoring.stop();
    this.#firstRecovery.stop();
    this.#activity.stop();
    this.addresses.stop();
    for (const timer of this.#timers) timer.cancel();
  }

  #close(): void {
    this.records.shutdown();
    this.sessions.closeAll("the daemon shuts down");
    this.#ports.clients.close();
    this.#ports.transport.close();
  }
}

function heldAddresses(addresses: PublicAddresses): HeldAddress[] {
  return addresses.status().flatMap(({ address, maskBits, interface: name }) =>
    name === undefined ? [] : [{ address, maskBits, interface: name }]
  );
}

function capabilitiesOf(config: NodeConfig): number {
  let capabilities = DEFAULT_CAPABILITIES;
  if (!config.leaderCapability) capabilities &= ~Capability.RECMASTER;
  if (!config.lmasterCapability) capabilities &= ~Capability.LMASTER;
  return capabilities;
}
