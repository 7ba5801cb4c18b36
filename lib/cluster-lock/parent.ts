import { lockLibc } from "./libc.ts";

const STDOUT = 1;
const POLLERR = 0x8;
/** `struct pollfd`: descriptor (i32), wanted and reported events (i16 each). */
const POLLFD_BYTES = 8;

/**
 * A test whether the process that started us is gone. To be made before anything is waited for:
 * it takes the parent of now as the one to watch.
 *
 * An orphan's parent is somebody else, so that a change tells even when the process number is in
 * use again. A daemon that is process 1 of a container is a parent like any other. And whoever
 * listens for our status has our standard output: when nobody can read it, nobody needs the lock.
 */
export function parentCheck(): () => boolean {
  const parent = lockLibc().getppid();
  return () => lockLibc().getppid() !== parent || readerIsGone(STDOUT);
}

/** Whether the descriptor is a pipe or socket whose other end is closed. */
function readerIsGone(fd: number): boolean {
  const pollfd = new DataView(new ArrayBuffer(POLLFD_BYTES));
  pollfd.setInt32(0, fd, true);
  const count = lockLibc().poll(new Uint8Array(pollfd.buffer), 1n, 0);
  return count === 1 && (pollfd.getInt16(6, true) & POLLERR) !== 0;
}
