import { INVALID_GENERATION, RunState } from "../../../lib/wire/mod.ts";
import type { Scene } from "./scene.ts";
import { LeaderWatch } from "./leader-watch.ts";
import type { Access, Machine } from "./machine.ts";
import { databaseOf, RecordWatch } from "./record-watch.ts";
import { RecoveryWatch } from "./recovery-watch.ts";
import { TransactionWatch } from "./transaction-watch.ts";

/** The invariants, looked at after every step. */
export class Watch {
  readonly records: RecordWatch;
  readonly recoveries: RecoveryWatch;
  readonly transactions: TransactionWatch;
  readonly leaders: LeaderWatch;
  /** Files whose records may all have changed. */
  readonly #rewritten = new Set<string>();
  readonly #scene: Scene;
  readonly #machines: readonly Machine[];

  constructor(scene: Scene, machines: readonly Machine[]) {
    this.#scene = scene;
    this.#machines = machines;
    this.records = new RecordWatch(scene, machines);
    this.recoveries = new RecoveryWatch(scene, machines);
    this.transactions = new TransactionWatch(scene, machines);
    this.leaders = new LeaderWatch(scene, machines);
    this.recoveries.onRecovered = (copy) => this.transactions.recovered(copy);
  }

  changed(_machine: Machine, path: string, key: Uint8Array): void {
    const name = databaseName(path);
    if (name !== undefined) this.records.changed(name, key);
  }

  rewritten(_machine: Machine, path: string): void {
    const name = databaseName(path);
    if (name !== undefined) this.#rewritten.add(name);
  }

  daemonEnded(machine: Machine): void {
    this.records.daemonEnded(machine);
    this.transactions.daemonEnded(machine);
  }

  enters(machine: Machine, name: string, key: Uint8Array, data: Uint8Array): Access {
    return this.records.enters(machine, name, key, data);
  }

  acknowledged(name: string, key: string, count: bigint, lasting = true): void {
    this.transactions.acknowledged(name, key, count, lasting);
  }

  afterStep(): void {
    this.#endVoidLocks();
    if (this.#rewritten.size > 0) this.#lookAtAll();
    this.records.afterStep();
    this.recoveries.afterStep();
    this.leaders.afterStep();
  }

  /**
   * The volatile records of a node that was stopped or banned are void, and with them the locks of
   * its clients. Who held one must not go on when the node is back: Samba's processes are cut off by
   * the process checks of those who find their traces (`records.md` 15.6, 18.1). A commit of one that
   * is under way arrives all the same, perhaps after its lock was taken over.
   */
  #endVoidLocks(): void {
    for (const machine of this.#machines) {
      const state = machine.daemon?.node.state;
      if (state === undefined || state.generation !== INVALID_GENERATION) continue;
      if (state.runstate < RunState.RUNNING) continue;
      for (const process of machine.lockHolders) {
        this.transactions.locksStolen = true;
        process.kill();
      }
    }
  }

  #lookAtAll(): void {
    for (const name of this.#rewritten) {
      for (const machine of this.#machines) {
        const db = databaseOf(machine, name);
        if (db === undefined || !db.volatile) continue;
        for (const { key } of machine.disk.file(db.path)?.table.records() ?? []) {
          this.records.changed(name, key);
        }
      }
    }
    this.#rewritten.clear();
  }
}

/** The name of the volatile database in a file; undefined for other files. */
function databaseName(path: string): string | undefined {
  return /^\/volatile\/(.+\.tdb)\.\d+$/.exec(path)?.[1];
}
