import { messageOf } from "../../base/mod.ts";
import { type ClusterClient, ConnectionError } from "../../client/mod.ts";
import type { Paths } from "../../config/mod.ts";
import type { EventService } from "../../events/mod.ts";
import { PING_LIMIT_MS } from "../../limits/mod.ts";
import { type AdminDoor, type Diagnosis, diagnosisDocument } from "../../survey/mod.ts";
import type { AdminDoors } from "../admin-doors.ts";
import { Cached } from "../cached.ts";
import { type NodeAccess, NodeAwayError } from "../node-access.ts";
import type { StoryExchange } from "../story/exchange.ts";
import type { RoundTrip } from "../story/story-message.ts";
import type { CoreSightsPort, SeenTraffic } from "../core-sights.ts";
import { addressesDocument, type AllocationFacts, allocationFacts } from "./addresses.ts";
import { ask, askMaybe } from "./ask.ts";
import { clusterDocument } from "./cluster.ts";
import { ClientsSnapshot, type ClientsWish, type DatabaseName, nameOfFile } from "./clients.ts";
import {
  ClusterSamples,
  databaseDocument,
  databaseFiles,
  databasePaths,
  databasesDocument,
} from "./databases.ts";
import { Derived } from "./derived.ts";
import { digestDocument } from "./digest.ts";
import { diagnose, diagnoseSilent } from "./findings.ts";
import { type LinksDocument, linksDocument, type LinkTimes } from "./links.ts";
import { pingNodes, type Pings } from "./pings.ts";
import { locksDocument } from "./locks.ts";
import { type NodeDocument, nodeDocument, nodeFacts, type ProcessFigures } from "./node.ts";
import { safeToStop } from "./safe-to-stop.ts";
import { scriptRuns, scriptsDocument } from "./scripts.ts";
import { Silence } from "./silence.ts";
import { tunablesDocument } from "./tunables.ts";

/** Where the facts come from. */
interface Ports {
  readonly access: Pick<NodeAccess, "client" | "leader">;
  readonly paths: Paths;
  readonly events: Pick<EventService, "status">;
  readonly exchange: Pick<StoryExchange, "peers">;
  readonly linkTimes: LinkTimes;
  readonly process: () => ProcessFigures;
  readonly core: CoreSightsPort;
  readonly doors: AdminDoors;
}

/** A core that does not tell is a node that cannot be asked now. */
async function fromCore<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new NodeAwayError(messageOf(error));
  }
}

/** Whether an error says that the core does not answer, or not now. */
function isSilence(error: unknown): error is Error {
  return error instanceof NodeAwayError || error instanceof ConnectionError;
}

/** A document: values that JSON and CBOR know. */
export type Document = Readonly<Record<string, unknown>>;

/**
 * How long answers are kept, by what they cost. What changes the state of a node is an event, and
 * makes all of them look again.
 */
const KEEP_MS = { cluster: 1000, samples: 2500, addresses: 2500, findings: 4000 };

/** How old an answer may be that something is decided by. */
const DECISION_MS = 250;

/**
 * Everything that the admin API shows of the node and its cluster. Each fact has one way of being
 * looked up, and what many ask for at the same time is looked up once.
 */
export class AdminFacts {
  readonly #ports: Ports;
  readonly #samples: ClusterSamples;
  readonly #silence = new Silence(() => this.acted());
  #heard: { readonly of: ClusterClient; readonly client: ClusterClient } | undefined;
  readonly #databasePaths = new Map<number, string>();
  readonly #abort = new AbortController();
  readonly #node = new Cached(KEEP_MS.cluster, () => this.#askNode());
  readonly #ping = new Cached(DECISION_MS, () => this.#pingOnce());
  readonly #roundTrips = new Cached(KEEP_MS.cluster, () => this.#askRoundTrips());
  readonly #cluster = new Cached(KEEP_MS.cluster, () => this.#askCluster());
  readonly #links = new Cached(KEEP_MS.cluster, () => this.#askLinks());
  readonly #taken = new Cached(KEEP_MS.samples, () => this.#samples.take());
  readonly #files = new Cached(KEEP_MS.samples, () => this.#askFiles());
  readonly #names = new Cached(KEEP_MS.samples, () => this.#databaseNames());
  readonly #allocation = new Cached(KEEP_MS.addresses, () => this.#askAllocation());
  readonly #diagnosis = new Cached(KEEP_MS.findings, () => this.#diagnose());
  readonly #digest = new Cached(KEEP_MS.findings, () => this.#askDigest());
  readonly #tunables = new Cached(KEEP_MS.findings, () => this.#askTunables());
  readonly #traffic = new Cached(KEEP_MS.cluster, () => fromCore(this.#ports.core.traffic()));
  readonly #partially = new Cached(KEEP_MS.addresses, () => this.#askInterfaces());
  readonly #clients = new Cached(
    KEEP_MS.cluster,
    async () =>
      await ClientsSnapshot.take({
        clients: (after) => fromCore(this.#ports.core.clients(after)),
      }, await this.#names.get()),
  );
  readonly #locks = new Cached<Document>(
    KEEP_MS.cluster,
    async () =>
      await locksDocument(
        await this.#names.get(),
        await fromCore(this.#ports.core.lockWaits()),
      ),
  );
  readonly #scripts = new Cached(KEEP_MS.cluster, () => scriptRuns(this.#ports.events));
  readonly #documents = {
    node: new Derived<Document>(),
    databases: new Derived<Document>(),
    addresses: new Derived<Document>(),
    scripts: new Derived<Document>(),
    findings: new Derived<Document>(),
    clients: new Derived<Promise<Document>>(),
  };

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#samples = new ClusterSamples(() => this.#client);
  }

  /** The node, with an ear for others that do not answer. */
  get #client(): ClusterClient {
    const { client } = this.#ports.access;
    if (this.#heard?.of !== client) {
      this.#heard = { of: client, client: this.#silence.over(client) };
    }
    return this.#heard.client;
  }

  /** Something happened: who asks from now on gets what is true now. */
  changed(): void {
    const states = [this.#node, this.#roundTrips, this.#cluster, this.#links, this.#traffic];
    for (const kept of [...states, this.#allocation, this.#scripts, this.#diagnosis]) kept.forget();
  }

  /** Somebody has changed something: also what changes by hand alone. */
  acted(): void {
    this.changed();
    for (const kept of [this.#tunables, this.#digest]) kept.forget();
  }

  close(): void {
    this.#abort.abort();
  }

  /** The addresses at which this API is to be had. */
  get doors(): readonly AdminDoor[] {
    return this.#ports.doors.list;
  }

  /** The own node, as few questions as there can be. */
  nodeFacts(): Promise<NodeDocument> {
    return this.#node.get();
  }

  /** As {@link nodeFacts}, of this moment: for what somebody decides by it. */
  nodeNow(): Promise<NodeDocument> {
    return this.#node.get(DECISION_MS);
  }

  /** How long the core took to answer, in seconds. Rejects when it does not. */
  ping(): Promise<number> {
    return this.#ping.get();
  }

  allocation(): Promise<AllocationFacts> {
    return this.#allocation.get();
  }

  /** As {@link allocation}, of this moment. */
  allocationNow(): Promise<AllocationFacts> {
    return this.#allocation.get(DECISION_MS);
  }

  diagnosis(): Promise<Diagnosis> {
    return this.#diagnosis.get();
  }

  samples() {
    return this.#taken.get();
  }

  scriptRuns() {
    return this.#scripts.get();
  }

  async node(): Promise<Document> {
    const node = await this.#node.get();
    const process = this.#ports.process();
    const { list: doors } = this.#ports.doors;
    const make = () => ({ ...nodeDocument(node, process), doors });
    return this.#documents.node.of([node, process.historyLost, doors], make);
  }

  cluster(): Promise<Document> {
    return this.#cluster.get();
  }

  links(): Promise<LinksDocument> {
    return this.#links.get();
  }

  /** How long each of the others took to answer. */
  async roundTrips(): Promise<readonly RoundTrip[]> {
    const { pnn: own } = await this.#node.get();
    const answers = await this.#roundTrips.get();
    return [...answers].flatMap(([pnn, { roundTrip_s }]) =>
      pnn === own ? [] : [[pnn, roundTrip_s] as const]
    );
  }

  async databases(): Promise<Document> {
    const samples = await this.#taken.get();
    const files = await this.databaseFiles();
    const { leader } = this.#ports.access;
    const { nodes: silent } = this.#silence;
    return this.#documents.databases.of(
      [samples, files, leader, silent],
      () => ({ ...databasesDocument(samples, files, leader), silent }),
    );
  }

  async database(name: string): Promise<Document | undefined> {
    const { current } = await this.#taken.get();
    const document = databaseDocument(current, await this.databaseFiles(), name);
    return document === undefined ? undefined : { ...document, silent: this.#silence.nodes };
  }

  databaseFiles() {
    return this.#files.get();
  }

  async #askFiles() {
    const { current } = await this.#taken.get();
    const ids = current.databases.map(({ id }) => id);
    return await databaseFiles(this.#ports.access.client, ids, this.#databasePaths);
  }

  async addresses(): Promise<Document> {
    const allocation = await this.#allocation.get();
    const { nodes: silent } = this.#silence;
    const make = () => addressesDocument(allocation, silent);
    return this.#documents.addresses.of([allocation, silent], make);
  }

  async scripts(): Promise<Document> {
    const runs = await this.#scripts.get();
    return this.#documents.scripts.of([runs], () => scriptsDocument(runs));
  }

  tunables(): Promise<Document> {
    return this.#tunables.get();
  }

  locks(): Promise<Document> {
    return this.#locks.get();
  }

  /** Nodes without a flag that have an interface for public addresses without a link. */
  partiallyOnline(): Promise<readonly number[]> {
    return this.#partially.get();
  }

  /** What the core has counted of its links and its turns. */
  traffic(): Promise<SeenTraffic> {
    return this.#traffic.get();
  }

  async findings(): Promise<Document> {
    const diagnosis = await this.#diagnosis.get();
    const { nodes: silent } = this.#silence;
    const make = () => ({ ...diagnosisDocument(diagnosis), silent });
    return this.#documents.findings.of([diagnosis, silent], make);
  }

  digest(): Promise<Document> {
    return this.#digest.get();
  }

  /** @param pnn the node that would be stopped; this one unless given */
  async safeToStop(pnn?: number) {
    const own = await this.nodeNow();
    const allocation = await this.allocationNow();
    const verdict = await safeToStop(this.#client, own, allocation, pnn ?? own.pnn);
    return { ...verdict, silent: this.#silence.nodes };
  }

  async clients(wish: ClientsWish): Promise<Document> {
    const snapshot = await this.#clients.get();
    const from = [snapshot, wish.after, wish.limit];
    return await this.#documents.clients.of(from, () => snapshot.document(wish));
  }

  /** The databases of the own node with their files. */
  async #databaseNames(): Promise<ReadonlyMap<number, DatabaseName>> {
    const { client } = this.#ports.access;
    const map = await ask(client, client.pnn, "GET_DBMAP", undefined);
    const ids = map.map(({ dbId }) => dbId);
    const paths = await databasePaths(client, ids, this.#databasePaths);
    return new Map([...paths].map(([id, path]) => [id, { name: nameOfFile(path), path }]));
  }

  async #askNode(): Promise<NodeDocument> {
    const node = await nodeFacts(this.#client, () => this.#ports.access.leader);
    this.#silence.forgetGone(node.nodes);
    return node;
  }

  async #pingOnce(): Promise<number> {
    const { client } = this.#ports.access;
    const start_ms = performance.now();
    await client.control(client.pnn, "PING", undefined, { timeout_ms: PING_LIMIT_MS });
    return (performance.now() - start_ms) / 1000;
  }

  async #askCluster(): Promise<Document> {
    const { exchange } = this.#ports;
    const own = await this.#node.get();
    const pinged = await this.#roundTrips.get();
    const document = await clusterDocument(this.#client, own, exchange.peers, pinged);
    return { ...document, silent: this.#silence.nodes };
  }

  async #askLinks(): Promise<LinksDocument> {
    const { linkTimes } = this.#ports;
    // A core that does not tell has links all the same.
    const traffic = await this.#traffic.get().catch(() => undefined);
    const own = await this.#node.get();
    const pinged = await this.#roundTrips.get();
    const document = await linksDocument(own, linkTimes, traffic?.links ?? [], pinged);
    return { ...document, silent: this.#silence.nodes };
  }

  async #askRoundTrips(): Promise<Pings> {
    return await pingNodes(this.#client, await this.#node.get());
  }

  async #askInterfaces(): Promise<readonly number[]> {
    const client = this.#client;
    const { nodes } = await this.#node.get();
    const found = await Promise.all(
      nodes.filter(({ flags }) => flags === 0).map(async ({ pnn }) => {
        const interfaces = await askMaybe(client, pnn, "GET_IFACES", undefined) ?? [];
        return interfaces.some(({ linkUp }) => !linkUp) ? [pnn] : [];
      }),
    );
    return found.flat();
  }

  #askAllocation(): Promise<AllocationFacts> {
    return allocationFacts(this.#client, this.#ports.access.leader, this.#silence);
  }

  async #diagnose(): Promise<Diagnosis> {
    const { access, paths } = this.#ports;
    const edge = {
      runs: await this.#scripts.get(),
      adminDoors: this.#ports.doors.list,
      historyLost: this.#ports.process().historyLost,
    };
    try {
      const questions = { ...edge, signal: this.#abort.signal, leader: access.leader };
      return await diagnose(this.#client, paths, questions);
    } catch (error) {
      if (!isSilence(error)) throw error;
      return await diagnoseSilent(paths, error.message, edge);
    }
  }

  async #askDigest(): Promise<Document> {
    const { peers } = this.#ports.exchange;
    const document = await digestDocument(this.#client, await this.#node.get(), peers);
    return { ...document, silent: this.#silence.nodes };
  }

  async #askTunables(): Promise<Document> {
    const document = await tunablesDocument(this.#client, await this.#node.get());
    return { ...document, silent: this.#silence.nodes };
  }
}
