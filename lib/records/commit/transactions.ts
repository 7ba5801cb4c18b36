import type { Timer } from "../../base/mod.ts";
import {
  type ControlAnswer,
  type ControlHandlers,
  controls,
  encode,
  INACTIVE_FLAGS,
  recordBuffer,
  RecoveryMode,
} from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { ControlOrigin, RecordsClient, RecordsHost } from "../host.ts";

/** The status by which a client learns that a recovery has decided its commit. */
const ENDED_BY_RECOVERY = 2;

/** Controls of clients that change persistent databases. */
export type TransactionControlName =
  | "TRANS3_COMMIT"
  | "START_PERSISTENT_UPDATE"
  | "CANCEL_PERSISTENT_UPDATE";

/** A commit that is not answered yet. */
interface Commit {
  readonly db: Database;
  readonly reply: ControlAnswer<"TRANS3_COMMIT">;
  readonly controls: Set<{ cancel(): void }>;
  timer: Timer | undefined;
  pending: number;
}

/**
 * TRANS3_COMMIT (`records.md` 11.4): hands a client's change set to all active nodes. One that fails
 * anywhere is left to a recovery, which makes it whole or undoes it, everywhere.
 */
export class Transactions {
  readonly #host: RecordsHost;
  readonly #databases: DatabaseList;
  /** Open commits by client id. */
  readonly #commits = new Map<number, Commit>();
  /** Clients that said they change persistent databases by themselves, and how often. */
  readonly #updating = new Map<number, number>();

  constructor(host: RecordsHost, databases: DatabaseList) {
    this.#host = host;
    this.#databases = databases;
  }

  readonly handlers: ControlHandlers<TransactionControlName> = {
    TRANS3_COMMIT: (request, origin, reply) => {
      const client = this.#client(origin);
      const db = this.#databases.get(request.dbId);
      const refused = this.#host.recoveryMode !== RecoveryMode.NORMAL
        ? "recovery is under way"
        : client === undefined
        ? "not from a local client"
        : this.#commits.has(client.id)
        ? "client has a commit under way"
        : db === undefined
        ? `unknown database 0x${request.dbId.toString(16)}`
        : this.#missingNode() !== undefined
        ? `node ${this.#missingNode()} of the vnn map is not active`
        : db.committing
        ? `commit on ${db.name} under way`
        : undefined;
      if (refused !== undefined || client === undefined || db === undefined) {
        // Clients try again at once, so this is no news.
        this.#host.log.info(`commit of client ${origin.clientId} refused: ${refused}`);
        return reply(-1);
      }
      this.#commit(db, client, encode(recordBuffer, request), reply);
    },
    START_PERSISTENT_UPDATE: (_request, origin, reply) => {
      const client = this.#client(origin);
      if (client === undefined) return reply(-1);
      this.#updating.set(client.id, (this.#updating.get(client.id) ?? 0) + 1);
      reply(0);
    },
    CANCEL_PERSISTENT_UPDATE: (_request, origin, reply) => {
      const client = this.#client(origin);
      const count = client === undefined ? 0 : this.#updating.get(client.id) ?? 0;
      if (client === undefined || count === 0) return reply(-1);
      if (count === 1) this.#updating.delete(client.id);
      else this.#updating.set(client.id, count - 1);
      reply(0);
    },
  };

  /** END_RECOVERY: the recovery has decided every open commit; the clients look how. */
  recoveryEnded(): void {
    if (this.#host.recoveryMode !== RecoveryMode.NORMAL) return;
    for (const [id, commit] of [...this.#commits]) {
      this.#end(id, commit);
      commit.reply(ENDED_BY_RECOVERY, undefined, "trans3 commit ended by recovery");
    }
  }

  /** A client has gone: what it was about to change is in doubt, so a recovery decides. */
  clientGone(id: number): void {
    const commit = this.#commits.get(id);
    const updating = this.#updating.delete(id);
    if (commit !== undefined) {
      this.#end(id, commit);
      commit.reply(-1, undefined, "client is gone");
    }
    if (commit !== undefined || updating) {
      this.#host.forceRecovery(`client ${id} disconnected while it changed a persistent database`);
    }
  }

  /** Ends everything without an answer: the node stops. */
  shutdown(): void {
    for (const [id, commit] of [...this.#commits]) this.#end(id, commit);
  }

  #client({ srcnode, clientId }: ControlOrigin): RecordsClient | undefined {
    if (srcnode !== this.#host.pnn || clientId === 0) return undefined;
    return this.#host.client(clientId);
  }

  /**
   * A node that should store what is committed now and does not count as active. It may be dead, or
   * we may be the one who is cut off: then a change that only we have would be acknowledged, and lost
   * when the others, who have a leader, go on without us. Or it is back already and only its flags
   * are old: then its copy would lack the change. A recovery or new flags are due in either case.
   */
  #missingNode(): number | undefined {
    const { vnnmap } = this.#host;
    return vnnmap.find((pnn) => (this.#host.nodeFlags(pnn) & INACTIVE_FLAGS) !== 0);
  }

  #commit(
    db: Database,
    client: RecordsClient,
    data: Uint8Array,
    reply: ControlAnswer<"TRANS3_COMMIT">,
  ): void {
    const host = this.#host;
    const targets = host.vnnmap;
    if (targets.length === 0) return reply(0);
    const commit: Commit = {
      db,
      reply,
      controls: new Set(),
      timer: undefined,
      pending: targets.length,
    };
    db.committing = true;
    this.#commits.set(client.id, commit);
    const timeout_ms = host.tunable("ControlTimeout") * 1000;
    // Set before the controls are sent, so that at equal times this one comes first.
    commit.timer = host.setTimer(timeout_ms, () => this.#timedOut(client.id, commit));
    for (const pnn of targets) {
      const options = { timeout_ms, clientId: client.id };
      const { opcode } = controls.UPDATE_RECORD;
      const control = host.sendControl(pnn, opcode, data, options, ({ status }) => {
        commit.controls.delete(control);
        this.#answered(client.id, commit, pnn, status);
      });
      commit.controls.add(control);
    }
  }

  #answered(id: number, commit: Commit, pnn: number, status: number): void {
    if (this.#commits.get(id) !== commit) return;
    if (this.#host.recoveryMode !== RecoveryMode.NORMAL) return;
    if (status !== 0) {
      // Some nodes have the change and some have not. Only a recovery can tell the client which.
      this.#host.forceRecovery(`commit on ${commit.db.name} failed at node ${pnn}: ${status}`);
      return;
    }
    if (--commit.pending > 0) return;
    this.#end(id, commit);
    commit.reply(0);
  }

  #timedOut(id: number, commit: Commit): void {
    if (this.#host.recoveryMode !== RecoveryMode.NORMAL) return;
    this.#end(id, commit);
    commit.reply(1, undefined, "trans3 commit timed out");
  }

  #end(id: number, commit: Commit): void {
    commit.timer?.cancel();
    for (const control of commit.controls) control.cancel();
    this.#commits.delete(id);
    commit.db.committing = false;
  }
}
