import type { ScanLimit, ScanResult } from "./tdb.ts";

/** The two steps that a scan is made of; each implementation has its own. */
export interface ChainReader {
  readonly hashSize: number;
  /** Takes the chain's read lock unless another owner has it. */
  tryLock(chain: number): boolean;
  unlock(chain: number): void;
  /** Visits a locked chain. */
  visit(chain: number): { readonly visited: number; readonly stopped: boolean };
  /**
   * Which of the chains `from` .. `to - 1` need no visit, if that can be known without locks.
   */
  emptyBetween?(from: number, to: number): ((chain: number) => boolean) | undefined;
}

/** Walks whole chains, one lock at a time, until `limit`, a busy chain or the end. */
export function scanChains(reader: ChainReader, chain: number, limit: ScanLimit): ScanResult {
  const maxRecords = limit.records ?? Infinity;
  const end = Math.min(reader.hashSize, chain + Math.max(1, limit.chains ?? Infinity));
  const isEmpty = reader.emptyBetween?.(chain, end);
  let records = 0;
  for (let at = chain; at < end; at++) {
    if (isEmpty?.(at)) continue;
    if (records >= maxRecords && at > chain) return { next: at, records, busy: false };
    if (!reader.tryLock(at)) return { next: at, records, busy: true };
    try {
      const { visited, stopped } = reader.visit(at);
      records += visited;
      if (stopped) return { next: undefined, records, busy: false };
    } finally {
      reader.unlock(at);
    }
  }
  return { next: end < reader.hashSize ? end : undefined, records, busy: false };
}
