import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import type { ParkedPacket } from "../parking.ts";

/**
 * Parks packets from nodes. One that finds no place is dropped, and a recovery is forced: it makes
 * lost hand-overs whole and lets the callers send again, which nothing else would.
 */
export class NodeParking {
  readonly #host: RecordsHost;
  readonly #locks: KeyLocks;

  constructor(host: RecordsHost, locks: KeyLocks) {
    this.#host = host;
    this.#locks = locks;
  }

  /** Parks a packet of `bytes` until the chain of `key` is ours. `outdated` comes instead if a recovery came between. */
  forChain(
    db: Database,
    key: Uint8Array,
    bytes: number,
    go: { resume(): void; outdated(): void },
  ): void {
    const { generation } = db;
    const packet = {
      bytes,
      resume: () => {
        if (db.generation === generation) go.resume();
        else go.outdated();
      },
    };
    if (this.#locks.wait(db, key, packet)) return;
    this.overflow(db);
    go.outdated();
  }

  /** Parks in a queue of the database. */
  in(db: Database, queue: { park(packet: ParkedPacket): boolean }, packet: ParkedPacket): void {
    if (!queue.park(packet)) this.overflow(db);
  }

  /** Says that a packet was lost for want of a place, and has the cluster recover. */
  overflow(db: Database): void {
    this.#host.forceRecovery(
      `${db.name}: no place to park a packet, parked: ${db.parking.packets}`,
    );
  }
}
