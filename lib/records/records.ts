import { type ControlHandlers, INVALID_GENERATION, RecoveryMode } from "../wire/mod.ts";
import { ClientCalls } from "./calls/client-calls.ts";
import { DmasterPackets } from "./calls/dmaster-packets.ts";
import { NodeCalls } from "./calls/node-calls.ts";
import { CallPackets } from "./calls/node-packets.ts";
import { NodeParking } from "./calls/node-parking.ts";
import { Ownership } from "./calls/ownership.ts";
import { PendingCalls } from "./calls/pending-calls.ts";
import { PendingDmasters } from "./calls/pending-dmaster.ts";
import { type TransactionControlName, Transactions } from "./commit/transactions.ts";
import { Updates } from "./commit/updates.ts";
import { type Database, DatabaseList } from "./database.ts";
import { Attach, type AttachControlName } from "./databases/attach.ts";
import { Detach } from "./databases/detach.ts";
import { Info, type InfoControlName } from "./databases/info.ts";
import { type SeqnumControlName, Seqnums } from "./databases/seqnum.ts";
import { Health, type HealthControlName } from "./health.ts";
import type { RecordsClient, RecordsHost } from "./host.ts";
import { KeyLocks } from "./locks/key-locks.ts";
import { type LockWaits, lockWaits } from "./locks/lock-waits.ts";
import { Pushes } from "./pushes.ts";
import { Delegations } from "./readonly/delegations.ts";
import { Revokes } from "./readonly/revokes.ts";
import { RecordStore } from "./record-store.ts";
import { Freezer } from "./recovery/freezer.ts";
import { type RecoveryControlName, RecoveryControls } from "./recovery/recovery-controls.ts";
import { DatabaseTally, type RecordsStatistics } from "./statistics.ts";
import { Sticky } from "./sticky/sticky.ts";
import type { RecordsStorage } from "./storage/storage.ts";
import { type TraverseControlName, Traverses } from "./traverse/traverses.ts";
import { Vacuum, type VacuumControlName } from "./vacuum/vacuum.ts";

/** The controls that the records layer answers. */
export type RecordsControlName =
  | AttachControlName
  | "DB_DETACH"
  | InfoControlName
  | HealthControlName
  | SeqnumControlName
  | RecoveryControlName
  | TransactionControlName
  | TraverseControlName
  | VacuumControlName
  | "UPDATE_RECORD"
  | "PUSH_RECORD";

/**
 * The databases of one node (`records.md`): who owns which record, how records move, how clients
 * commit, and how a recovery takes everything apart and puts it together again.
 *
 * Everything is synchronous: a call works on what is there and returns; what must wait is parked
 * and goes on from a timer, a reply or a helper process.
 */
export class Records {
  readonly #host: RecordsHost;
  readonly #databases = new DatabaseList();
  readonly #locks: KeyLocks;
  readonly #calls: PendingCalls;
  readonly #pendingDmasters: PendingDmasters;
  readonly #sticky: Sticky;
  readonly #revokes: Revokes;
  readonly #freezer: Freezer;
  readonly #health: Health;
  readonly #attach: Attach;
  readonly #seqnums: Seqnums;
  readonly #updates: Updates;
  readonly #transactions: Transactions;
  readonly #pushes: Pushes;
  readonly #clientCalls: ClientCalls;
  readonly #nodePackets: CallPackets;
  readonly #traverses: Traverses;
  readonly #vacuum: Vacuum;
  readonly #storage: RecordsStorage;

  /** Handlers for the controls about databases, by name. */
  readonly handlers: ControlHandlers<RecordsControlName>;

  constructor(host: RecordsHost, storage: RecordsStorage, stats: RecordsStatistics) {
    const databases = this.#databases;
    this.#host = host;
    this.#storage = storage;
    const store = new RecordStore(host);
    const locks = this.#locks = new KeyLocks(host, storage, stats);
    const calls = this.#calls = new PendingCalls(host, stats);
    const pending = this.#pendingDmasters = new PendingDmasters(host);
    const sticky = this.#sticky = new Sticky(host);
    const revokes = this.#revokes = new Revokes(host, store, locks, stats);
    const delegations = new Delegations(host, store, stats);
    const ownership = new Ownership(host, store, calls, sticky);
    const parking = new NodeParking(host, locks);
    const single = { host, databases, store, locks };
    const ofNodes = { ...single, stats, parking, pending, ownership };
    const nodeCalls = new NodeCalls({
      ...ofNodes,
      sticky,
      revokes,
      delegations,
      reenter: (frame) => this.packetFromNode(frame),
    });
    const dmasters = new DmasterPackets(ofNodes);
    this.#nodePackets = new CallPackets({ ...ofNodes, calls, nodeCalls, dmasters });
    this.#clientCalls = new ClientCalls({ ...single, stats, calls, revokes });
    this.#freezer = new Freezer({ host, storage, stats, databases }, {
      freezing: (db) => this.#vacuum.kill(`${db.name} is being frozen`),
      thawed: (db) => this.#thawed(db),
    });
    const health = this.#health = new Health(host, storage, databases);
    const vacuum = this.#vacuum = new Vacuum({ ...single, storage, stats, calls });
    this.#attach = new Attach({
      host,
      storage,
      databases,
      health,
      attached: (db) => vacuum.attached(db),
    });
    this.#seqnums = new Seqnums(host, databases, store, locks);
    this.#updates = new Updates({ ...single, storage, stats });
    this.#transactions = new Transactions(host, databases);
    this.#pushes = new Pushes({ ...single, storage });
    this.#traverses = new Traverses({ host, storage, databases, stats });
    const recovery = new RecoveryControls({
      host,
      storage,
      databases,
      store,
      freezer: this.#freezer,
      revokes,
      health,
    });
    this.handlers = {
      ...this.#attach.handlers,
      ...new Detach(host, databases, (db) => this.#release(db)).handlers,
      ...new Info(host, storage, databases).handlers,
      ...health.handlers,
      ...this.#seqnums.handlers,
      ...recovery.handlers,
      ...this.#updates.handlers,
      ...this.#transactions.handlers,
      ...this.#pushes.handlers,
      ...this.#traverses.handlers,
      ...vacuum.handlers,
    };
  }

  /** The attached databases, most recently attached first. For metrics and tests: change nothing. */
  get databases(): readonly Database[] {
    return this.#databases.all();
  }

  /** The locks that this node waits for. */
  lockWaits(): LockWaits {
    return lockWaits(this.#databases.all(), this.#storage);
  }

  /** Whether the freeze of the whole node (FREEZE) is complete. */
  get allFrozen(): boolean {
    return this.#freezer.allFrozen;
  }

  /** A REQ_CALL of a local client. The frame may be kept and must not change. */
  callFromClient(frame: Uint8Array, client: RecordsClient): void {
    this.#clientCalls.call(frame, client);
  }

  /**
   * REQ_CALL, REPLY_CALL, REQ_DMASTER, REPLY_DMASTER or REPLY_ERROR from a node or looped back. The
   * test on generation and ban (`records.md` 6.5) is made here. The frame may be kept and must not
   * change.
   */
  packetFromNode(frame: Uint8Array): void {
    this.#nodePackets.packet(frame);
  }

  /**
   * Attaches the persistent databases that have files; damaged ones are set aside. Throws if one
   * cannot be attached for another reason: do not start.
   */
  attachPersistentAtStart(): void {
    this.#attach.attachPersistentAtStart();
  }

  /**
   * Freezes all databases and marks what volatile ones hold as outdated. Databases that were
   * attached since the last time are frozen additionally.
   */
  freezeAll(done: (ok: boolean) => void): void {
    this.#freezer.freezeAll(done);
  }

  /** SET_RECMODE NORMAL: undoes a complete {@link freezeAll}, else does nothing. */
  thawAll(): void {
    this.#freezer.thawAll();
  }

  /** The recovery mode has changed to `mode`; the host already shows it. */
  recoveryModeChanged(mode: number): void {
    if (mode === RecoveryMode.NORMAL) {
      this.#attach.recoveryOver();
    } else {
      this.#vacuum.kill("a recovery begins");
      this.#updates.recoveryBegins();
    }
  }

  /**
   * This node was stopped or banned (`cluster.md` 8.3): no database has a valid generation any more,
   * and all are frozen. The host has set its own generation to 1.
   */
  becameInactive(): void {
    this.#vacuum.kill("this node is inactive");
    for (const db of this.#databases.all()) db.generation = INVALID_GENERATION;
    this.#freezer.freezeAll((ok) => {
      if (!ok) this.#host.log.error("freeze of all databases failed");
    });
  }

  /** END_RECOVERY: answers the commits that the recovery has decided. */
  recoveryEnded(): void {
    this.#transactions.recoveryEnded();
  }

  /** The run state has reached STARTUP: what waited for that may go on (`records.md` 2.1). */
  startupReached(): void {
    if (this.#host.recoveryMode === RecoveryMode.NORMAL) this.#attach.recoveryOver();
  }

  /**
   * A client has disconnected; the host no longer finds it. Its commit, its calls and its deferred
   * attaches end.
   */
  clientGone(client: { readonly id: number }): void {
    this.#transactions.clientGone(client.id);
    this.#attach.clientGone(client.id);
    this.#calls.clientGone(client.id);
    this.#traverses.clientGone(client.id);
  }

  /** Whether all databases have the generation of the vnn map, so that NORMAL may be set. */
  setRecmodeNormalAllowed(): boolean {
    const { generation, log } = this.#host;
    const behind = this.#databases.all().find((db) => db.generation !== generation);
    if (behind === undefined) return true;
    log.error(`${behind.name} has generation ${behind.generation}, not ${generation}`);
    return false;
  }

  /**
   * After the first recovery: reads the health of all persistent databases again. The unhealthy ones,
   * each with the reason.
   */
  unhealthyDatabases(): string[] {
    return this.#health.check();
  }

  /** STATISTICS_RESET, as far as single databases are concerned. */
  resetStatistics(): void {
    for (const db of this.#databases.all()) db.tally = new DatabaseTally();
  }

  /** Ends everything and closes all files. Nothing may be called afterwards. */
  shutdown(): void {
    this.#attach.shutdown();
    this.#transactions.shutdown();
    for (const db of this.#databases.all()) {
      db.detached = true;
      this.#release(db);
    }
    this.#storage.close();
    for (const db of this.#databases.all()) {
      this.#databases.remove(db);
      db.tdb.close();
    }
    this.#health.close();
  }

  #thawed(db: Database): void {
    this.#calls.resend(db);
    this.#locks.thawed(db);
    this.#updates.next(db);
  }

  /** Ends all that hangs on a database that goes away. */
  #release(db: Database): void {
    this.#vacuum.drop(db);
    this.#freezer.drop(db);
    this.#calls.drop(db);
    this.#pendingDmasters.drop(db);
    this.#revokes.drop(db);
    this.#sticky.drop(db);
    this.#seqnums.drop(db);
    this.#updates.drop(db);
    this.#pushes.drop(db);
    this.#traverses.drop(db);
    this.#locks.drop(db);
    for (const timer of db.laterTimers) timer.cancel();
    db.laterTimers.clear();
  }
}
