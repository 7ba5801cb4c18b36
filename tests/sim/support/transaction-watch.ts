import { tableKey } from "../../../lib/tdb/memory-records.ts";
import type { Scene } from "./scene.ts";
import { type Content, contentOf, fingerprint, numberIn, seqnumIn } from "./content.ts";
import type { Machine } from "./machine.ts";
import { databaseOf, printable } from "./record-watch.ts";
import type { RecoveredCopy } from "./recovery-watch.ts";

/** Each client of the transaction workload counts its transactions in a record of its own. */
const COUNTER_PREFIX = "count-";
/** All of them count in this one too. */
export const TOTAL_KEY = "total";

/** The key of a client's own counter. */
export function counterKey(name: string): string {
  return COUNTER_PREFIX + name;
}

/**
 * No acknowledged transaction is lost while one node that committed it lives; none is applied by
 * half; and two never run at once.
 */
export class TransactionWatch {
  readonly #scene: Scene;
  readonly #machines: readonly Machine[];
  /** The last acknowledged count, by database and key text. */
  readonly #acknowledged = new Map<string, Map<string, bigint>>();
  /**
   * Without a lock the halves of a split cluster go on separately, and one half's work is lost when
   * they come together (`records.md` 18.2).
   */
  splitBrain = false;
  /**
   * A client on a node out of sight, or stopped, counts as dead (`records.md` 15.6), so its lock may
   * have been taken from it, and transactions may have run at once.
   */
  locksStolen = false;
  /**
   * Databases with two histories: a recovery had to go on without anybody who had the last
   * transactions, or could not tell whose they are. When those nodes come back the copy with more transactions wins, and what the
   * other history acknowledged is lost (`records.md` 18.2).
   */
  readonly #forked = new Set<string>();
  /** Replicated databases. */
  readonly #passing = new Set<string>();
  count = 0;
  checks = 0;

  constructor(scene: Scene, machines: readonly Machine[]) {
    this.#scene = scene;
    this.#machines = machines;
  }

  /** @param lasting whether the database survives the end of all daemons */
  acknowledged(name: string, key: string, count: bigint, lasting = true): void {
    this.count++;
    if (!lasting) this.#passing.add(name);
    let counts = this.#acknowledged.get(name);
    if (counts === undefined) this.#acknowledged.set(name, counts = new Map());
    counts.set(key, count);
  }

  /** The copies of replicated databases go with the last daemon that takes part. */
  daemonEnded(ended: Machine): void {
    if (this.#machines.some((machine) => machine !== ended && machine.isActive)) {
      return;
    }
    for (const name of this.#passing) this.#forked.add(name);
  }

  /** A recovery has decided what a database holds. */
  recovered({ machine, db, content, sources }: RecoveredCopy): void {
    const counts = this.#acknowledged.get(db.name);
    if (counts === undefined || this.splitBrain || this.#forked.has(db.name)) return;
    if (isContested(sources)) return void this.#forked.add(db.name);
    for (const [key, count] of counts) {
      const has = (copy: Content) => numberIn(copy.get(key)?.data) >= count;
      this.checks++;
      if (has(content)) continue;
      if (!sources.some(has)) {
        this.#forked.add(db.name);
        return;
      }
      this.#scene.fail(
        `recovery of ${db.name} on node ${machine.pnn} lost acknowledged transaction ` +
          `${count} of ${key}`,
      );
    }
  }

  /** To be called when the cluster is at rest. */
  checkAll(name: string): void {
    let first: string | undefined;
    for (const machine of this.#machines) {
      const db = databaseOf(machine, name);
      if (db === undefined) continue;
      const content = contentOf(machine, db);
      let sum = 0n;
      for (const [key, { data }] of content) {
        if (key.startsWith(COUNTER_PREFIX)) sum += numberIn(data);
      }
      const total = numberIn(content.get(TOTAL_KEY)?.data);
      this.checks++;
      const all = fingerprint(content);
      first ??= all;
      if (all !== first) this.#scene.fail(`${name} on node ${machine.pnn} is not node 0's`);
      if (sum !== total && !this.locksStolen) {
        this.#scene.fail(`${name} on node ${machine.pnn}: counts are ${sum}, the total ${total}`);
      }
      if (this.splitBrain || this.#forked.has(name)) continue;
      for (const [key, count] of this.#acknowledged.get(name) ?? []) {
        const found = numberIn(content.get(key)?.data);
        if (found >= count) continue;
        const what = printable(Uint8Array.from(key, (c) => c.charCodeAt(0)));
        this.#scene.fail(
          `${name} on node ${machine.pnn}: ${what} is ${found}, acknowledged was ${count}`,
        );
      }
    }
  }

  /** The bytes of a key. */
  static key(text: string): Uint8Array {
    return new TextEncoder().encode(text);
  }

  static text(key: Uint8Array): string {
    return tableKey(key);
  }
}

/**
 * Whether nodes bring different copies with the same, highest number of transactions: one has a
 * transaction that was never acknowledged, from before it was cut off, the other has gone on. The
 * protocol cannot tell which is which.
 */
function isContested(sources: readonly Content[]): boolean {
  let best = 0n;
  for (const source of sources) if (seqnumIn(source) > best) best = seqnumIn(source);
  const copies = sources.filter((source) => seqnumIn(source) === best).map(fingerprint);
  return new Set(copies).size > 1;
}
