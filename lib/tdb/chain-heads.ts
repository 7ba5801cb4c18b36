import { readFileHeader } from "./file-header.ts";
import type { OpenFileReader } from "./open-files.ts";

const HEAD_SIZE = 4;

/**
 * Tells which of the chains `from` .. `to - 1` have records, by one look at their heads in the file:
 * the next one that has, from a chain on, or `to`. `undefined` when they cannot be read.
 *
 * Most chains of a clustered database are empty, and to lock, walk and unlock each of them costs
 * more than all the records. But a record that is being replaced can be out of its chain for a
 * moment, so the answer is right only while no other process can write.
 */
export function usedChains(
  read: OpenFileReader,
  from: number,
  to: number,
): ((chain: number) => number) | undefined {
  const header = readFileHeader(read);
  if (header === undefined || to > header.hashSize) return undefined;
  const size = (to - from) * HEAD_SIZE;
  // The head before that of chain 0 is the free list's.
  const bytes = read(header.headsAt + (from + 1) * HEAD_SIZE, size);
  if (bytes.length < size) return undefined;
  // Whatever the order of bytes is: none is zero when another is not.
  const isAligned = bytes.byteOffset % HEAD_SIZE === 0;
  const { buffer, byteOffset } = isAligned ? bytes : bytes.slice();
  const heads = new Uint32Array(buffer, byteOffset, to - from);
  return (chain) => {
    let at = chain - from;
    while (at < heads.length && heads[at] === 0) at++;
    return from + at;
  };
}
