import type { PlacedVisitor, RecordVisitor, ScanLimit, ScanResult } from "./tdb.ts";

/** The two steps that a scan is made of; each implementation has its own. */
export interface ChainReader {
  readonly hashSize: number;
  /** Takes the chain's read lock unless another owner has it. */
  tryLock(chain: number): boolean;
  unlock(chain: number): void;
  /** Visits a locked chain. */
  visit(chain: number): { readonly visited: number; readonly stopped: boolean };
  /** Whether the whole file is locked by whoever reads: no chain need be. */
  readonly hasAll?: boolean;
  /**
   * Which of the chains `from` .. `to - 1` need a visit: the next one from a chain on, or `to`. Absent
   * where that cannot be told.
   */
  usedBetween?(from: number, to: number): ((chain: number) => number) | undefined;
}

/** Walks whole chains, one lock at a time, until `limit`, a busy chain or the end. */
export function scanChains(reader: ChainReader, chain: number, limit: ScanLimit): ScanResult {
  const maxRecords = limit.records ?? Infinity;
  const end = Math.min(reader.hashSize, chain + Math.max(1, limit.chains ?? Infinity));
  const nextUsed = reader.usedBetween?.(chain, end);
  let records = 0;
  for (let at = chain; at < end; at++) {
    if (nextUsed !== undefined) at = nextUsed(at);
    if (at >= end) break;
    if (records >= maxRecords && at > chain) return { next: at, records, busy: false };
    const outcome = reader.hasAll ? reader.visit(at) : visitLocked(reader, at);
    if (outcome === undefined) return { next: at, records, busy: true };
    records += outcome.visited;
    if (outcome.stopped) return { next: undefined, records, busy: false };
  }
  return { next: end < reader.hashSize ? end : undefined, records, busy: false };
}

function visitLocked(reader: ChainReader, chain: number) {
  if (!reader.tryLock(chain)) return undefined;
  try {
    return reader.visit(chain);
  } finally {
    reader.unlock(chain);
  }
}

/** Shows `visit` records whose key and value lie apart. */
export function visitJoined(visit: PlacedVisitor): RecordVisitor {
  return (key, value) => {
    const bytes = new Uint8Array(key.length + value.length);
    bytes.set(key);
    bytes.set(value, key.length);
    return visit(bytes, 0, key.length, bytes.length);
  };
}
