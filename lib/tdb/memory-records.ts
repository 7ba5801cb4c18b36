import { chainOf } from "./hash.ts";

/** One record; never changed, so that tables can share it. */
export interface MemoryRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The text by which a key is found in a map: one character for each byte. */
export function tableKey(key: Uint8Array): string {
  let text = "";
  for (const byte of key) text += String.fromCharCode(byte);
  return text;
}

/** The content of a TDB: its records by chain. A chain's newest record comes first, as in a file. */
export class RecordTable {
  readonly hashSize: number;
  readonly #flags: number;
  readonly #chains: Map<number, Map<string, MemoryRecord>>;

  /** `flags` decide how keys are hashed. */
  constructor(
    hashSize: number,
    flags: number,
    chains: Map<number, Map<string, MemoryRecord>> = new Map(),
  ) {
    this.hashSize = hashSize;
    this.#flags = flags;
    this.#chains = chains;
  }

  chainOf(key: Uint8Array): number {
    return chainOf(key, this.hashSize, this.#flags);
  }

  get(key: Uint8Array): MemoryRecord | undefined {
    return this.#chains.get(this.chainOf(key))?.get(tableKey(key));
  }

  /** Keeps copies of both. */
  set(key: Uint8Array, value: Uint8Array): void {
    const chain = this.chainOf(key);
    let records = this.#chains.get(chain);
    if (records === undefined) this.#chains.set(chain, records = new Map());
    records.set(tableKey(key), { key: key.slice(), value: value.slice() });
  }

  delete(key: Uint8Array): boolean {
    const chain = this.chainOf(key);
    const records = this.#chains.get(chain);
    if (records === undefined || !records.delete(tableKey(key))) return false;
    if (records.size === 0) this.#chains.delete(chain);
    return true;
  }

  /** The records of a chain as they are now; safe against changes while they are walked. */
  chain(chain: number): readonly MemoryRecord[] {
    return [...this.#chains.get(chain)?.values() ?? []].reverse();
  }

  /** The chains that hold records, ascending. */
  chains(): readonly number[] {
    return [...this.#chains.keys()].sort((a, b) => a - b);
  }

  /** All records. */
  *records(): Generator<MemoryRecord> {
    for (const records of this.#chains.values()) yield* records.values();
  }

  clone(): RecordTable {
    const chains = new Map([...this.#chains].map(([chain, records]) => [chain, new Map(records)]));
    return new RecordTable(this.hashSize, this.#flags, chains);
  }
}
