import {
  type Happening,
  type Journal,
  type Logger,
  messageOf,
  PROGRAM_VERSION,
} from "../base/mod.ts";
import type { AdminSettings, Paths } from "../config/mod.ts";
import type { EventRecord, EventService } from "../events/mod.ts";
import { HISTORY_START_LIMIT_MS, MAX_RECALLED_EVENTS } from "../limits/mod.ts";
import { AdminDoors } from "./admin-doors.ts";
import { Actions } from "./api/actions.ts";
import { configurationDigest } from "./facts/digest.ts";
import type { CoreSightsPort } from "./core-sights.ts";
import { AdminFacts } from "./facts/facts.ts";
import { LinkTimes } from "./facts/links.ts";
import { History, type HistoryPorts, storeSize } from "./history/history.ts";
import { openStore } from "./history/open-store.ts";
import { EventStreams } from "./http/event-stream.ts";
import { holdDoor } from "./http/late-door.ts";
import type { HttpSide, ServePorts } from "./http/serve.ts";
import { EventCounts } from "./metrics/event-counts.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Sampling } from "./history/sampling.ts";
import { NodeAccess } from "./node-access.ts";
import { withinLimit } from "../survey/mod.ts";
import { StoryExchange } from "./story/exchange.ts";
import { HostedAddresses } from "./story/hosted-addresses.ts";
import { LockStorms } from "./story/lock-storms.ts";
import { ScriptStory } from "./story/script-story.ts";
import { Story, type StoryEvent } from "./story/story.ts";

/** What the admin API is given by the daemon; nothing of it is the core's own. */
export interface AdminOptions {
  readonly settings: AdminSettings;
  readonly paths: Paths;
  readonly pnn: number;
  readonly log: Logger;
  readonly events: Pick<EventService, "status">;
  /** Starts `ctdb` of this installation. */
  readonly tool: readonly [command: string, ...args: string[]];
  readonly core: CoreSightsPort;
}

/** Who hears of events. */
interface EventTakers {
  readonly history: History;
  readonly exchange: StoryExchange;
  readonly linkTimes: LinkTimes;
  readonly counts: EventCounts;
  /** What is known may be out of date now. */
  readonly changed: () => void;
}

/**
 * The admin side of a daemon: takes what happens from the first moment on, and serves it once
 * {@link Admin.open} was called. What goes wrong here costs the view of the node, never the node.
 */
export class Admin {
  readonly #options: AdminOptions;
  readonly #story: Story;
  readonly #hosted = new HostedAddresses();
  readonly #scripts: ScriptStory;
  readonly #doors = new AdminDoors();
  readonly #closers: (() => unknown)[] = [];

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#story = new Story(
      Date.now,
      (error) => options.log.error(`Admin API: event: ${messageOf(error)}`),
    );
    this.#story.listen(({ heard, node, happening }) => {
      if (heard && node !== options.pnn) this.#hosted.heard(happening);
    });
    this.#scripts = new ScriptStory(this.journal);
    this.journal({ kind: "daemon-started", version: PROGRAM_VERSION });
  }

  /** Takes what happens to this node. */
  readonly journal: Journal = (happening: Happening) => {
    if (!this.#hosted.isNews(happening)) return;
    this.#story.record(happening, this.#options.pnn);
  };

  /** Takes what came out of a run of event scripts. */
  ran(event: string, record: EventRecord): void {
    this.#scripts.ran(event, record);
  }

  /** Begins to listen. A door that cannot be opened is said in the log, and stays shut. */
  async open(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#open();
    } catch (error) {
      log.error(`Admin API: ${messageOf(error)}: going on without it`);
      await this.close();
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  async #open(): Promise<void> {
    const { settings, paths, pnn, log, tool } = this.#options;
    const history = new History(this.#historyPorts());
    this.#closers.push(() => history.close());
    const exchange = new StoryExchange(this.#story, pnn, log);
    // Before anything of this life is in it.
    await withinLimit(recall(history, exchange), HISTORY_START_LIMIT_MS);
    const linkTimes = new LinkTimes();
    const counts = new EventCounts();
    const access = this.#access(exchange);
    const facts = this.#facts(access, exchange, linkTimes, history);
    this.#closers.push(() => facts.close(), () => access.close());
    const streams = new EventStreams(this.#story);
    this.#closers.push(() => streams.close());
    const metrics = new Metrics({
      facts,
      counts,
      version: PROGRAM_VERSION,
      historyLost: () => history.lost,
      streams: () => streams.size,
    });
    const changed = () => {
      facts.changed();
      metrics.changed();
    };
    this.#takeEvents({ history, exchange, linkTimes, counts, changed });
    this.#sample(facts, history, metrics, exchange);
    const actions = new Actions({
      tool,
      socket: paths.ctdbdSocket,
      journal: this.journal,
      acted: () => facts.acted(),
    });
    await this.#openDoors({
      settings,
      tokenFile: `${paths.vardir}/admin/tokens.kv`,
      facts,
      story: this.#story,
      history,
      actions,
      streams,
      metrics,
      log,
      version: PROGRAM_VERSION,
      doors: this.#doors,
      trouble: (failure) => this.journal({ kind: "admin-trouble", failure }),
    });
  }

  /** Hands everything that happens to whoever has a use for it, what has happened already first. */
  #takeEvents({ history, exchange, linkTimes, counts, changed }: EventTakers): void {
    const take = (event: StoryEvent) => {
      history.event(event);
      if (!event.heard) counts.take(event);
      changed();
      if (event.heard) return;
      exchange.tell(event);
      linkTimes.take(event);
      if (event.happening.kind === "link-up") exchange.linked(event.happening.peer);
    };
    for (const event of this.#story.after(0)) take(event);
    this.#closers.push(this.#story.listen(take));
  }

  /** Opens the Unix socket, and what stands in the configuration; without that, HTTP is late. */
  async #openDoors(ports: ServePorts): Promise<void> {
    const { paths, log } = this.#options;
    const path = paths.socketOf("admin");
    if (ports.settings.listen.length === 0) {
      let http: Promise<HttpSide> | undefined;
      const door = holdDoor(path, async (behind) => {
        http ??= this.#loadHttp(ports).catch((error) => {
          // The next visitor tries again.
          http = undefined;
          throw error;
        });
        await (await http).openUnix(behind);
      }, log);
      this.#closers.push(() => door.close());
    } else {
      const http = await this.#loadHttp(ports);
      await http.openUnix(path);
      await http.openAddresses();
    }
    log.notice(`Admin API listens: ${path}`);
  }

  async #loadHttp(ports: ServePorts): Promise<HttpSide> {
    const { HttpSide } = await import("./http/serve.ts");
    const http = await HttpSide.load(ports);
    this.#closers.push(() => http.close());
    return http;
  }

  #historyPorts(): HistoryPorts {
    const { settings, paths, log } = this.#options;
    return {
      path: `${paths.vardir}/admin/history.kv`,
      log,
      trouble: (failure) => this.journal({ kind: "admin-trouble", failure }),
      keep_ms: settings.keep_ms,
      limit_bytes: settings.limit_bytes,
      open: openStore,
      size: storeSize,
    };
  }

  #access(exchange: StoryExchange): NodeAccess {
    const { paths, log } = this.#options;
    return new NodeAccess({
      socket: paths.ctdbdSocket,
      log,
      onConnect: async (client) => {
        await exchange.connected(client, await this.#introduction());
      },
      onDisconnect: () => exchange.disconnected(),
    });
  }

  async #introduction() {
    const configuration = await configurationDigest(this.#options.paths.config);
    return { version: PROGRAM_VERSION, configuration };
  }

  #facts(
    access: NodeAccess,
    exchange: StoryExchange,
    linkTimes: LinkTimes,
    history: History,
  ): AdminFacts {
    const { paths, events, core } = this.#options;
    return new AdminFacts({
      access,
      paths,
      events,
      exchange,
      linkTimes,
      process: () => ({ version: PROGRAM_VERSION, pid: Deno.pid, historyLost: history.lost }),
      core,
      doors: this.#doors,
    });
  }

  #sample(facts: AdminFacts, history: History, metrics: Metrics, exchange: StoryExchange): void {
    const storms = new LockStorms(this.journal);
    const sampling = new Sampling({
      facts,
      history,
      pinged: (took_s) => metrics.pinged(took_s),
      sampled: (node) => storms.look(node.statistics.locks, Date.now()),
      introduce: async () => {
        const introduction = await this.#introduction();
        exchange.introduce({ ...introduction, round_trips: await facts.roundTrips() });
      },
    });
    this.#closers.push(() => sampling.stop());
  }
}

/** What stands in the history: that is no news to the exchange any more. */
async function recall(history: History, exchange: StoryExchange): Promise<void> {
  exchange.recall(await history.eventsBetween(0, Date.now(), MAX_RECALLED_EVENTS));
}
