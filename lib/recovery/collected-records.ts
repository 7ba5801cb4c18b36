import { RECORD_HEADER_SIZE, RecordFlag } from "../wire/mod.ts";

/** A record as it came in a pull buffer: views, no copies. */
export interface PulledRecord {
  readonly key: Uint8Array;
  /** Record header and payload, exactly as stored. */
  readonly data: Uint8Array;
}

const RSN_OFFSET = 0;
const DMASTER_OFFSET = 8;
const FLAGS_OFFSET = 16;

interface Kept {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  readonly rsn: bigint;
  readonly dmaster: number;
}

/**
 * The copy of a database that a recovery keeps: per key the record with the highest rsn
 * (`cluster.md` 7.6).
 */
export class CollectedRecords {
  readonly #records = new Map<string, Kept>();
  readonly #leader: number;

  /** @param leader pnn of the recovering leader; decides between copies of equal rsn */
  constructor(leader: number) {
    this.#leader = leader;
  }

  get size(): number {
    return this.#records.size;
  }

  add(record: PulledRecord): void {
    if (record.data.length < RECORD_HEADER_SIZE) return;
    const { data } = record;
    const view = new DataView(data.buffer, data.byteOffset, RECORD_HEADER_SIZE);
    const rsn = view.getBigUint64(RSN_OFFSET, true);
    const name = keyName(record.key);
    const stored = this.#records.get(name);
    if (stored !== undefined && !this.#replaces(rsn, stored)) return;
    const dmaster = view.getUint32(DMASTER_OFFSET, true);
    this.#records.set(name, { key: record.key, data, rsn, dmaster });
  }

  /**
   * What is pushed: empty records are dropped; unless the database is persistent, the leader becomes
   * dmaster and the record counts as migrated with data (`cluster.md` 7.7). That is written into the
   * records as they came, which are ours.
   */
  *toPush(persistent: boolean): Generator<PulledRecord> {
    for (const { key, data } of this.#records.values()) {
      if (data.length <= RECORD_HEADER_SIZE) continue;
      if (!persistent) rehead(data, this.#leader);
      yield { key, data };
    }
  }

  #replaces(rsn: bigint, stored: Kept): boolean {
    if (rsn !== stored.rsn) return rsn > stored.rsn;
    return stored.dmaster === this.#leader;
  }
}

function rehead(data: Uint8Array, leader: number): void {
  const view = new DataView(data.buffer, data.byteOffset, RECORD_HEADER_SIZE);
  view.setUint32(DMASTER_OFFSET, leader, true);
  const flags = view.getUint32(FLAGS_OFFSET, true);
  view.setUint32(FLAGS_OFFSET, (flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0, true);
}

/** Longer keys would need more arguments than a call should have. */
const SHORT_KEY_BYTES = 128;
const latin1 = new TextDecoder("latin1");

/**
 * A map key for exact bytes: one character each. The two ways differ in some characters
 * (windows-1252, which "latin1" is, has others for 0x80 to 0x9f) and never meet, since keys of
 * different lengths differ anyway.
 */
function keyName(key: Uint8Array): string {
  if (key.length > SHORT_KEY_BYTES) return latin1.decode(key);
  return Reflect.apply(String.fromCharCode, undefined, key);
}
