import type { Database } from "../../../lib/records/mod.ts";
import { INVALID_GENERATION } from "../../../lib/wire/mod.ts";
import type { Scene } from "./scene.ts";
import { type Content, contentOf, type CopiedRecord, fingerprint, seqnumIn } from "./content.ts";
import type { Machine } from "./machine.ts";
import { printable } from "./record-watch.ts";

/** What is known of one node's database while it is frozen. */
interface Frozen {
  generation: number;
  frozen: boolean;
  /** What it held before the recovery `committed`, or before any. */
  before: Content;
  /** What it held after it. */
  after: Content;
  committed: number | undefined;
}

/** A finished commit of a recovery at one node, with what everybody had before. */
export interface RecoveredCopy {
  readonly machine: Machine;
  readonly db: Database;
  readonly generation: number;
  readonly content: Content;
  /** What the nodes that took part brought with them. */
  readonly sources: readonly Content[];
}

/**
 * Recovery keeps, of volatile records, the copy with the highest sequence number, and of the other
 * databases the whole copy that is furthest on. Looks at each node when a recovery commits there.
 */
export class RecoveryWatch {
  readonly #scene: Scene;
  readonly #machines: readonly Machine[];
  readonly #states = new Map<Database, Frozen>();
  /** Who has been of a generation, whatever it is of now. */
  readonly #members = new Map<number, Set<Machine>>();
  /** Told of every commit, after the checks here. */
  onRecovered: (copy: RecoveredCopy) => void = () => {};
  checks = 0;

  constructor(scene: Scene, machines: readonly Machine[]) {
    this.#scene = scene;
    this.#machines = machines;
  }

  afterStep(): void {
    for (const machine of this.#machines) {
      const { node } = machine.daemon ?? {};
      if (node === undefined) continue;
      const { records, state } = node;
      this.#membersOf(state.generation).add(machine);
      for (const db of records.databases) this.#look(machine, db);
    }
  }

  #membersOf(generation: number): Set<Machine> {
    let members = this.#members.get(generation);
    if (members === undefined) this.#members.set(generation, members = new Set());
    return members;
  }

  /**
   * Whether another leader's recovery has taken a node over since it brought its records: what it
   * brought, which may have been a newer copy without data, is not known any more.
   */
  #isIncomplete(generation: number): boolean {
    return [...this.#membersOf(generation)].some(({ daemon }) => {
      const now = daemon?.node.state.generation ?? INVALID_GENERATION;
      return now !== generation && now !== INVALID_GENERATION;
    });
  }

  #look(machine: Machine, db: Database): void {
    const frozen = db.freeze === "frozen";
    let state = this.#states.get(db);
    if (state === undefined) {
      const none: Content = new Map();
      state = {
        generation: db.generation,
        frozen: false,
        before: none,
        after: none,
        committed: undefined,
      };
      this.#states.set(db, state);
    }
    if (frozen && !state.frozen) {
      state.before = contentOf(machine, db);
      state.committed = undefined;
    }
    state.frozen = frozen;
    if (db.generation === state.generation) return;
    state.generation = db.generation;
    if (db.generation === INVALID_GENERATION || !frozen) return;
    this.#committed(machine, db, state);
  }

  #committed(machine: Machine, db: Database, state: Frozen): void {
    const { generation } = db;
    if (state.committed !== undefined) state.before = state.after;
    state.committed = generation;
    const content = state.after = contentOf(machine, db);
    const sources = this.#sources(machine, db, generation);
    this.checks++;
    if (db.volatile) {
      if (!this.#isIncomplete(generation)) this.#checkRecords(machine, db, content, sources);
    } else this.#checkWhole(machine, db, content, sources);
    this.onRecovered({ machine, db, generation, content, sources });
  }

  /** What the nodes in this recovery brought with them; those that died meanwhile are missing. */
  #sources(committing: Machine, db: Database, generation: number): Content[] {
    return this.#machines.flatMap((machine) => {
      const { node } = machine.daemon ?? {};
      // Where two leaders recover at once a node may have the other's map by now.
      const takesPart = machine === committing || node?.state.generation === generation;
      if (node === undefined || !takesPart) return [];
      const theirs = node.records.databases.find(({ id }) => id === db.id);
      const state = theirs === undefined ? undefined : this.#states.get(theirs);
      if (theirs === undefined || state === undefined || !state.frozen || theirs.phase.outdated) {
        return [];
      }
      const isBefore = state.committed === undefined || state.committed === generation;
      return [isBefore ? state.before : state.after];
    });
  }

  #checkRecords(machine: Machine, db: Database, content: Content, sources: Content[]): void {
    const best = new Map<string, CopiedRecord[]>();
    for (const source of sources) {
      for (const [key, record] of source) {
        const others = best.get(key);
        if (others === undefined || others[0]!.rsn < record.rsn) best.set(key, [record]);
        else if (others[0]!.rsn === record.rsn) others.push(record);
      }
    }
    for (const [key, copies] of best) {
      const problem = problemWith(content.get(key), copies);
      if (problem === undefined) continue;
      const name = printable(Uint8Array.from(key, (c) => c.charCodeAt(0)));
      this.#scene.fail(`recovery of ${db.name} "${name}" on node ${machine.pnn}: ${problem}`);
    }
  }

  #checkWhole(machine: Machine, db: Database, content: Content, sources: Content[]): void {
    let best = 0n;
    for (const source of sources) if (seqnumIn(source) > best) best = seqnumIn(source);
    const found = seqnumIn(content);
    const what = `recovery of ${db.name} on node ${machine.pnn}`;
    if (found < best) this.#scene.fail(`${what}: transaction ${found}, some node had ${best}`);
    if (found !== best) return;
    const kept = fingerprint(content);
    const equal = sources.some((s) => seqnumIn(s) === best && fingerprint(s) === kept);
    if (!equal) this.#scene.fail(`${what}: transaction ${found} is no node's copy`);
  }
}

function problemWith(
  record: CopiedRecord | undefined,
  copies: readonly CopiedRecord[],
): string | undefined {
  const best = copies[0]!.rsn;
  if (record === undefined) {
    const deleted = copies.some(({ data }) => data === "");
    return deleted ? undefined : `lost, the best copy has rsn ${best}`;
  }
  if (record.rsn < best) return `kept rsn ${record.rsn}, some node had ${best}`;
  // A node that died meanwhile may have had a better one.
  if (record.rsn > best + 1n) return undefined;
  const same = copies.some(({ data }) => data === record.data);
  return same ? undefined : `rsn ${record.rsn} with data that no best copy had`;
}
