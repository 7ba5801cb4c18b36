/**
 * What the daemon and a lock helper say to each other, in lines over the helper's stdin and stdout.
 *
 * | line | direction | meaning |
 * |---|---|---|
 * | `L <flags> <hash size> <key> <path>` | to the helper | open the file, if it is not, and lock |
 * | `U` | to the helper | unlock |
 * | `0` | from the helper | the lock is held |
 * | `1 <text>` | from the helper | it is not, and this is why |
 * | `2` | from the helper | unlocked, ready for the next `L` |
 *
 * Flags are hexadecimal, the hash size decimal. The key is hexadecimal, `-` when it is empty, and `*`
 * stands for all chains. The path is a JSON string. A helper serves one lock at a time; while it
 * waits for one it cannot read, so a request is cancelled by killing it. The end of its stdin, or of
 * its parent, ends it and frees the lock.
 */
export interface LockRequest {
  readonly path: string;
  /** The flag word of the daemon's own handle. */
  readonly flags: number;
  /** Only matters if the file has to be created. */
  readonly hashSize?: number;
  /** Whose chain to lock; absent: all chains. */
  readonly key?: Uint8Array | undefined;
}

export const UNLOCK = "U";
export const LOCKED = "0";
export const FAILED = "1";
export const UNLOCKED = "2";

const REQUEST = /^L ([0-9a-f]+) (\d+) ((?:[0-9a-f]{2})+|-|\*) (".*")$/;

export function encodeLockRequest(request: LockRequest): string {
  const { key, path, flags, hashSize = 0 } = request;
  const text = key === undefined ? "*" : key.length === 0 ? "-" : key.toHex();
  return `L ${flags.toString(16)} ${hashSize} ${text} ${JSON.stringify(path)}`;
}

/** `undefined` when the line is not a request. */
export function decodeLockRequest(line: string): LockRequest | undefined {
  const match = REQUEST.exec(line);
  if (match === null) return undefined;
  const [, flags, hashSize, key, path] = match;
  return {
    path: JSON.parse(path!),
    flags: parseInt(flags!, 16),
    hashSize: Number(hashSize),
    key: key === "*" ? undefined : Uint8Array.fromHex(key === "-" ? "" : key!),
  };
}
