import type { Database } from "../../../lib/records/mod.ts";
import { tableKey } from "../../../lib/tdb/memory-records.ts";
import {
  INVALID_GENERATION,
  lmasterOf,
  readRecordHeader,
  recordData,
  RecordFlag,
  type RecordHeader,
} from "../../../lib/wire/mod.ts";
import type { Scene } from "./scene.ts";
import type { Access, Machine } from "./machine.ts";

/** What the clients of one generation did to a record. */
interface History {
  /** The data that the last one left; `undefined` before the first access. */
  last: string | undefined;
  /** Who has it locked. */
  readonly inside: Set<Machine>;
}

/** A file whose records are looked at. */
interface Copy {
  readonly machine: Machine;
  readonly db: Database;
}

/**
 * Volatile records: in one generation there is one data master for each, its sequence number never
 * falls, and what one client wrote the next one reads, wherever it runs.
 */
export class RecordWatch {
  readonly #scene: Scene;
  readonly #machines: readonly Machine[];
  /** Keys to look at, by database and key text. */
  readonly #dirty = new Map<string, Map<string, Uint8Array>>();
  readonly #histories = new Map<string, History>();
  /** Highest rsn at an owner, by database, key and generation. */
  readonly #ownerRsn = new Map<string, bigint>();
  /** Last rsn in each node's file, by database, key, generation and pnn. */
  readonly #nodeRsn = new Map<string, bigint>();
  /** Everything ever written, by database and key. */
  readonly #written = new Map<string, Set<string>>();
  checks = 0;

  constructor(scene: Scene, machines: readonly Machine[]) {
    this.#scene = scene;
    this.#machines = machines;
  }

  changed(name: string, key: Uint8Array): void {
    let keys = this.#dirty.get(name);
    if (keys === undefined) this.#dirty.set(name, keys = new Map());
    keys.set(tableKey(key), key);
  }

  /** A client has a record locked and is about to use `data`. */
  enters(machine: Machine, name: string, key: Uint8Array, data: Uint8Array): Access {
    const db = databaseOf(machine, name);
    const generation = db?.generation ?? INVALID_GENERATION;
    const what = `${name} "${printable(key)}" in generation ${generation}`;
    const written = this.#writtenTo(`${name} ${tableKey(key)}`);
    const found = tableKey(data);
    if (found !== "" && !written.has(found)) {
      this.#fail(`${what}: node ${machine.pnn} found what nobody wrote: ${printable(data)}`);
    }
    // Outdated content of an inactive node is nobody's truth.
    const history = generation === INVALID_GENERATION || db?.phase.outdated
      ? { last: undefined, inside: new Set<Machine>() }
      : this.#historyOf(`${name} ${tableKey(key)} ${generation}`);
    const { last } = history;
    this.checks++;
    if (last !== undefined && last !== found) {
      this.#fail(
        `${what}: node ${machine.pnn} found "${printable(data)}", the last one left ` +
          `"${printable(bytesOf(last))}"`,
      );
    }
    for (const other of history.inside) {
      if (other !== machine) this.#fail(`${what}: nodes ${other.pnn} and ${machine.pnn} at once`);
    }
    history.last = found;
    history.inside.add(machine);
    return {
      stored(newData) {
        history.last = tableKey(newData);
        written.add(history.last);
      },
      left: () => void history.inside.delete(machine),
    };
  }

  /** Clients of a node that has gone have no record locked any more. */
  daemonEnded(machine: Machine): void {
    for (const history of this.#histories.values()) history.inside.delete(machine);
  }

  afterStep(): void {
    if (this.#dirty.size === 0) return;
    for (const [name, keys] of this.#dirty) {
      const copies = this.#copies(name);
      for (const key of keys.values()) this.#check(name, key, copies);
    }
    this.#dirty.clear();
  }

  #copies(name: string): Copy[] {
    return this.#machines.flatMap((machine) => {
      const db = databaseOf(machine, name);
      const usable = db !== undefined && db.volatile && !db.phase.outdated &&
        db.generation !== INVALID_GENERATION;
      return usable ? [{ machine, db }] : [];
    });
  }

  #check(name: string, key: Uint8Array, copies: readonly Copy[]): void {
    this.#checkReadOnlyCopies(name, key, copies);
    const owners = new Map<number, number>();
    for (const { machine, db } of copies) {
      const header = headerIn(machine, db, key);
      const record = `${name} ${tableKey(key)} ${db.generation}`;
      this.#checkNode(`${record} ${machine.pnn}`, header, name, key, machine.pnn);
      if (header === undefined) {
        const { vnnmap } = machine.daemon!.node.state;
        if (vnnmap.length > 0 && lmasterOf(vnnmap, key) === machine.pnn) {
          this.#ownerRsn.delete(record);
        }
        continue;
      }
      if (header.dmaster !== machine.pnn) continue;
      this.checks++;
      const other = owners.get(db.generation);
      if (other !== undefined) {
        this.#fail(
          `${name} "${printable(key)}" in generation ${db.generation}: ` +
            `nodes ${other} and ${machine.pnn} both are data master`,
        );
      }
      owners.set(db.generation, machine.pnn);
      const before = this.#ownerRsn.get(record) ?? 0n;
      if (header.rsn < before) {
        this.#fail(
          `${name} "${printable(key)}": rsn falls from ${before} to ${header.rsn} ` +
            `at owner ${machine.pnn}`,
        );
      }
      this.#ownerRsn.set(record, header.rsn);
    }
  }

  /** A read-only copy holds what its owner holds: it is called back before that changes. */
  #checkReadOnlyCopies(name: string, key: Uint8Array, copies: readonly Copy[]): void {
    for (const { machine, db } of copies) {
      const copy = valueIn(machine, db, key);
      const header = copy === undefined ? undefined : readRecordHeader(copy);
      if (header === undefined || (header.flags & RecordFlag.RO_HAVE_READONLY) === 0) continue;
      const owner = copies.find(({ machine }) => machine.pnn === header.dmaster);
      const original = owner === undefined || owner.db.generation !== db.generation
        ? undefined
        : valueIn(owner.machine, owner.db, key);
      if (original === undefined) continue;
      this.checks++;
      const expected = printable(recordData(original));
      const found = printable(recordData(copy!));
      if (found === expected) continue;
      this.#fail(
        `${name} "${printable(key)}": read-only copy on node ${machine.pnn} is "${found}", ` +
          `owner ${header.dmaster} has "${expected}"`,
      );
    }
  }

  #checkNode(
    id: string,
    header: RecordHeader | undefined,
    name: string,
    key: Uint8Array,
    pnn: number,
  ): void {
    if (header === undefined) return void this.#nodeRsn.delete(id);
    const before = this.#nodeRsn.get(id);
    if (before !== undefined && header.rsn < before) {
      this.#fail(
        `${name} "${printable(key)}": rsn falls from ${before} to ${header.rsn} on ${pnn}`,
      );
    }
    this.#nodeRsn.set(id, header.rsn);
  }

  #historyOf(id: string): History {
    let history = this.#histories.get(id);
    if (history === undefined) {
      this.#histories.set(id, history = { last: undefined, inside: new Set() });
    }
    return history;
  }

  #writtenTo(id: string): Set<string> {
    let written = this.#written.get(id);
    if (written === undefined) this.#written.set(id, written = new Set());
    return written;
  }

  #fail(text: string): void {
    this.#scene.fail(text);
  }
}

/** A machine's attached database. */
export function databaseOf(machine: Machine, name: string): Database | undefined {
  return machine.daemon?.node.records.databases.find((db) => db.name === name);
}

function headerIn(machine: Machine, db: Database, key: Uint8Array): RecordHeader | undefined {
  const value = valueIn(machine, db, key);
  return value === undefined ? undefined : readRecordHeader(value);
}

function valueIn(machine: Machine, db: Database, key: Uint8Array): Uint8Array | undefined {
  return machine.disk.file(db.path)?.table.get(key)?.value;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Keys and data of the workloads are text, or numbers. */
export function printable(bytes: Uint8Array): string {
  return tableKey(bytes).replace(/[^ -~]/g, (c) => `\\${c.charCodeAt(0).toString(16)}`);
}
