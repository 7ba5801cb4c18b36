import { sameBytes } from "../base/mod.ts";
import { LONGEST_COMMIT_RETRY_MS, MAX_COMMIT_REFUSALS, MAX_UNDONE_COMMITS } from "../limits/mod.ts";
import type { Tdb } from "../tdb/mod.ts";
import {
  decode,
  encode,
  type MarshalledRecord,
  readRecordHeader,
  recordData,
  type RecordHeader,
  recordValue,
  RecoveryMode,
  SEQNUM_KEY,
  u64,
} from "../wire/mod.ts";
import { pause } from "./chain-locks.ts";
import type { ClusterClient } from "./cluster-client.ts";
import { ControlError, DatabaseError } from "./errors.ts";

/** What a transaction works on. */
export interface TransactionDatabase {
  readonly id: number;
  readonly name: string;
  readonly tdb: Tdb;
}

/** A record as it is on disk, or as the transaction changes it. */
interface Version {
  readonly header: RecordHeader;
  readonly value: Uint8Array;
}

interface Change extends Version {
  readonly key: Uint8Array;
}

const EMPTY = new Uint8Array();
const MISSING: Version = { header: { rsn: 0n, dmaster: 0, flags: 0 }, value: EMPTY };
const FIRST_RETRY_MS = 10;
/** The status of a commit that a recovery has decided (`records.md` 11.4). */
const ENDED_BY_RECOVERY = 2;

/**
 * Changes of a persistent or replicated database that take effect together on all nodes, or not at
 * all (`records.md` 11.2). Reads see the transaction's own changes.
 */
export class Transaction {
  readonly #client: ClusterClient;
  readonly #database: TransactionDatabase;
  readonly #mostRefusals: number;
  readonly #changes = new Map<string, Change>();
  #finished = false;

  /** @ignore Made by `Database.transaction`, which holds the lock. */
  constructor(
    client: ClusterClient,
    database: TransactionDatabase,
    mostRefusals = MAX_COMMIT_REFUSALS,
  ) {
    this.#client = client;
    this.#database = database;
    this.#mostRefusals = mostRefusals;
  }

  /** The value of a key; `undefined` when there is no such record. */
  fetch(key: Uint8Array): Uint8Array | undefined {
    const value = this.#current(key).value;
    return value.length === 0 ? undefined : value;
  }

  /** Sets the value of a key. Setting what is there already changes nothing. */
  store(key: Uint8Array, value: Uint8Array): void {
    this.#assertOpen();
    if (key.length === 0) {
      throw new DatabaseError(`Store with an empty key: ${this.#database.name}`);
    }
    if (!sameBytes(this.#current(key).value, value)) this.#change(key, value);
  }

  /** Removes a key. */
  delete(key: Uint8Array): void {
    this.store(key, EMPTY);
  }

  /** How many records a commit would change. */
  get changeCount(): number {
    return this.#changes.size;
  }

  /** @ignore Called by `Database.transaction`. */
  async commit(signal?: AbortSignal): Promise<void> {
    this.#assertOpen();
    this.#finished = true;
    if (this.#changes.size === 0) return;
    const before = this.#sequenceNumber();
    this.#change(SEQNUM_KEY, encode(u64, before + 1n));
    const records = [...this.#changes.values()].map(({ key, header, value }) => ({
      reqid: 0,
      key,
      data: recordValue(header, value),
    }));
    await this.#send(records, before, signal);
  }

  /** @ignore Called by `Database.transaction`. */
  cancel(): void {
    this.#finished = true;
    this.#changes.clear();
  }

  /**
   * Sends the commit until it is certain what became of it: a recovery may have refused it, or
   * finished it. One that is refused without any recovery is refused for good, as is one that
   * recoveries undo time and again: a disk is full.
   */
  async #send(
    records: readonly MarshalledRecord[],
    before: bigint,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { id, name } = this.#database;
    const options = {
      srvid: BigInt(id),
      timeout_ms: 0,
      ...(signal === undefined ? {} : { signal }),
    };
    let refusals = 0;
    let undone = 0;
    let calm: number | undefined;
    for (let delay_ms = FIRST_RETRY_MS;;) {
      let refusal: ControlError;
      try {
        const request = { dbId: id, records };
        await this.#client.control(this.#client.pnn, "TRANS3_COMMIT", request, options);
        return;
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        refusal = error;
      }
      const now = this.#sequenceNumber();
      if (now === before + 1n) return;
      if (now !== before) {
        throw new DatabaseError(`Commit, sequence number from ${before} to ${now}: ${name}`);
      }
      const generation = await this.#calmGeneration(signal);
      refusals = generation !== undefined && generation === calm ? refusals + 1 : 1;
      calm = generation;
      if (refusal.status === ENDED_BY_RECOVERY) undone++;
      if (refusals >= this.#mostRefusals || undone >= MAX_UNDONE_COMMITS) {
        const why = refusal.text === "" ? "" : `, ${refusal.text}`;
        throw new DatabaseError(
          `Commit, refused by the daemon with status ${refusal.status}${why}: ${name}`,
          { cause: refusal },
        );
      }
      await pause(delay_ms, signal);
      delay_ms = Math.min(delay_ms * 2, LONGEST_COMMIT_RETRY_MS);
    }
  }

  /** The generation of a node that is in no recovery; `undefined` while it is in one. */
  async #calmGeneration(signal: AbortSignal | undefined): Promise<number | undefined> {
    const { pnn } = this.#client;
    const options = signal === undefined ? {} : { signal };
    try {
      const mode = await this.#client.control(pnn, "GET_RECMODE", undefined, options);
      const { generation } = await this.#client.control(pnn, "GETVNNMAP", undefined, options);
      return mode === RecoveryMode.NORMAL ? generation : undefined;
    } catch (error) {
      if (error instanceof ControlError) return undefined;
      throw error;
    }
  }

  /** Every change counts, also one that a later one of the same transaction replaces. */
  #change(key: Uint8Array, value: Uint8Array): void {
    const { rsn, flags } = this.#current(key).header;
    const header = { rsn: rsn + 1n, dmaster: this.#client.pnn, flags };
    this.#changes.set(key.toHex(), { key: key.slice(), header, value: value.slice() });
  }

  #sequenceNumber(): bigint {
    const { value } = this.#stored(SEQNUM_KEY);
    return value.length === 8 ? decode(u64, value) : 0n;
  }

  #current(key: Uint8Array): Version {
    return this.#changes.get(key.toHex()) ?? this.#stored(key);
  }

  #stored(key: Uint8Array): Version {
    const stored = this.#database.tdb.fetch(key);
    const header = stored === undefined ? undefined : readRecordHeader(stored);
    return header === undefined ? MISSING : { header, value: recordData(stored!) };
  }

  #assertOpen(): void {
    if (this.#finished) {
      throw new DatabaseError(`Use a finished transaction: ${this.#database.name}`);
    }
  }
}
