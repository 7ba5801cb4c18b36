import type { Timer } from "../../base/mod.ts";
import { MAX_OPEN_TRAVERSES } from "../../limits/mod.ts";
import {
  BROADCAST_ACTIVE,
  BROADCAST_CONNECTED,
  type ControlAnswer,
  type ControlHandlers,
  type ControlOrigin,
  controls,
  encode,
  INACTIVE_FLAGS,
  type MarshalledRecord,
  marshalledRecord,
  traverseAll,
  traverseAllExt,
  traverseStart,
  type TraverseStartExt,
} from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsClient, RecordsHost } from "../host.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";

/** How often it is looked for nodes that were lost in the middle of a traverse. */
const LOST_NODES_CHECK_ms = 500;

/** The end marker that every record stream ends with. */
export function isEndMarker({ key, data }: Pick<MarshalledRecord, "key" | "data">): boolean {
  return key.length === 0 && data.length === 0;
}

/** A traverse that a client of this node has asked for: the owner of its request id. */
class OpenTraverse {
  readonly db: Database;
  readonly client: RecordsClient;
  readonly request: TraverseStartExt;
  /** Nodes that have not sent their end marker. */
  readonly missing: Set<number>;
  id = 0;
  timeout: Timer | undefined;
  check: Timer | undefined;

  constructor(
    db: Database,
    client: RecordsClient,
    request: TraverseStartExt,
    nodes: readonly number[],
  ) {
    this.db = db;
    this.client = client;
    this.request = request;
    this.missing = new Set(nodes);
  }
}

/**
 * The asking side of traverses (`records.md` 12): has nodes send their records of a database, and
 * passes them on to the client that wants them.
 */
export class OpenTraverses {
  readonly #host: RecordsHost;
  readonly #databases: DatabaseList;
  readonly #stats: RecordsStatistics;
  readonly #open = new Set<OpenTraverse>();

  constructor(host: RecordsHost, databases: DatabaseList, stats: RecordsStatistics) {
    this.#host = host;
    this.#databases = databases;
    this.#stats = stats;
  }

  readonly handlers: ControlHandlers<"TRAVERSE_START" | "TRAVERSE_START_EXT" | "TRAVERSE_DATA"> = {
    TRAVERSE_START: (request, origin, reply) => {
      this.#start({ ...request, withEmptyRecords: false }, origin, reply);
    },
    TRAVERSE_START_EXT: (request, origin, reply) => this.#start(request, origin, reply),
    TRAVERSE_DATA: (record, { srcnode }, reply) => {
      const known = isEndMarker(record)
        ? this.nodeDone(record.reqid, srcnode)
        : this.record(record.reqid, record.key, record.data) !== undefined;
      reply(known ? 0 : -1);
    },
  };

  /** Passes one record on; the client it went to, or `undefined` when nobody waits for it. */
  record(id: number, key: Uint8Array, data: Uint8Array): RecordsClient | undefined {
    const traverse = this.#find(id);
    if (traverse === undefined) return undefined;
    const { srvid, reqid } = traverse.request;
    this.#host.deliverLocal(srvid, encode(marshalledRecord, { reqid, key, data }));
    return traverse.client;
  }

  /** The client that waits for the records of this traverse. */
  client(id: number): RecordsClient | undefined {
    return this.#find(id)?.client;
  }

  /** A node has sent all that it has; `false` when nobody waits for it. */
  nodeDone(id: number, pnn: number): boolean {
    const traverse = this.#find(id);
    if (traverse === undefined) return false;
    traverse.missing.delete(pnn);
    this.#endIfComplete(traverse);
    return true;
  }

  /** Ends the traverse that this client has asked for by these numbers, if there is one. */
  clientKills(clientId: number, reqid: number, srvid: bigint): void {
    for (const traverse of this.#ofClient(clientId)) {
      if (traverse.request.reqid === reqid && traverse.request.srvid === srvid) {
        this.#kill(traverse);
      }
    }
  }

  /** A client has gone, and nobody wants its records. */
  clientGone(id: number): void {
    for (const traverse of this.#ofClient(id)) this.#kill(traverse);
  }

  /** The database goes away here: what is under way ends, as far as it has come. */
  drop(db: Database): void {
    for (const traverse of [...this.#open]) if (traverse.db === db) this.#finish(traverse);
  }

  #start(
    request: TraverseStartExt,
    { srcnode, clientId }: ControlOrigin,
    reply: ControlAnswer<"TRAVERSE_START" | "TRAVERSE_START_EXT">,
  ): void {
    const host = this.#host;
    const client = srcnode === host.pnn && clientId !== 0 ? host.client(clientId) : undefined;
    const db = this.#databases.get(request.dbId);
    if (client === undefined || db === undefined || !this.#mayRead(db)) {
      host.log.outside.warning(
        `traverse for client ${clientId} refused: 0x${request.dbId.toString(16)}`,
      );
      return reply(-1);
    }
    const { destination, nodes } = this.#destination(db);
    const traverse = new OpenTraverse(db, client, request, nodes);
    // Before anything is sent: the client must have the answer when the first record comes.
    reply(0);
    this.#open.add(traverse);
    traverse.id = host.allocateRequest(traverse);
    this.#armTimers(traverse);
    this.#ask(traverse, destination);
  }

  #mayRead(db: Database): boolean {
    if (this.#open.size >= MAX_OPEN_TRAVERSES) return false;
    return db.unhealthy === undefined || this.#host.tunable("AllowUnhealthyDBRead") !== 0;
  }

  /** Volatile records are on all nodes, of the others every node has all. */
  #destination(db: Database): { destination: number; nodes: readonly number[] } {
    const { pnn, vnnmap } = this.#host;
    if (db.volatile) return { destination: BROADCAST_ACTIVE, nodes: this.#host.activeNodes() };
    const one = vnnmap.includes(pnn) ? pnn : vnnmap[0];
    return one === undefined ? { destination: pnn, nodes: [] } : { destination: one, nodes: [one] };
  }

  #ask(traverse: OpenTraverse, destination: number): void {
    const { dbId, reqid, srvid, withEmptyRecords } = traverse.request;
    const { pnn } = this.#host;
    const all = { dbId, reqid: traverse.id, pnn, clientReqid: reqid, srvid };
    if (traverse.missing.size === 0) return this.#host.defer(() => this.#endIfComplete(traverse));
    if (withEmptyRecords) {
      const data = encode(traverseAllExt, { ...all, withEmptyRecords });
      this.#host.broadcastControl(destination, controls.TRAVERSE_ALL_EXT.opcode, data);
    } else {
      const data = encode(traverseAll, all);
      this.#host.broadcastControl(destination, controls.TRAVERSE_ALL.opcode, data);
    }
  }

  #armTimers(traverse: OpenTraverse): void {
    const host = this.#host;
    const timeout_ms = host.tunable("TraverseTimeout") * 1000;
    traverse.timeout = host.setTimer(timeout_ms, () => {
      const missing = [...traverse.missing].join(" ");
      host.log.error(`traverse of ${traverse.db.name} timed out, without nodes: ${missing}`);
      this.#stats.count(RecordsCount.timeoutsTraverse);
      this.#finish(traverse);
      this.#tellWorkers(traverse);
    });
    const check = () => {
      traverse.check = host.setTimer(LOST_NODES_CHECK_ms, () => {
        check();
        this.#endIfComplete(traverse);
      });
    };
    check();
  }

  /** Nodes that are no longer active have nothing to say: nobody waits for them until a timeout. */
  #endIfComplete(traverse: OpenTraverse): void {
    for (const pnn of traverse.missing) {
      if ((this.#host.nodeFlags(pnn) & INACTIVE_FLAGS) === 0) continue;
      traverse.missing.delete(pnn);
      this.#host.log.warning(`traverse of ${traverse.db.name} goes on without node: ${pnn}`);
    }
    if (traverse.missing.size === 0 && this.#open.has(traverse)) this.#finish(traverse);
  }

  #finish(traverse: OpenTraverse): void {
    this.record(traverse.id, NO_DATA, NO_DATA);
    this.#forget(traverse);
  }

  #kill(traverse: OpenTraverse): void {
    this.#forget(traverse);
    this.#tellWorkers(traverse);
  }

  #tellWorkers({ request }: OpenTraverse): void {
    const { opcode } = controls.TRAVERSE_KILL;
    this.#host.broadcastControl(BROADCAST_CONNECTED, opcode, encode(traverseStart, request));
  }

  #forget(traverse: OpenTraverse): void {
    traverse.timeout?.cancel();
    traverse.check?.cancel();
    this.#open.delete(traverse);
    this.#host.releaseRequest(traverse.id);
  }

  #find(id: number): OpenTraverse | undefined {
    const owner = this.#host.lookupRequest(id);
    return owner instanceof OpenTraverse && owner.id === id ? owner : undefined;
  }

  #ofClient(id: number): OpenTraverse[] {
    return [...this.#open].filter(({ client }) => client.id === id);
  }
}
