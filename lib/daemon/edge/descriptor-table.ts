import { openFilesLimit } from "../border/descriptors.ts";
import { edgeLibc } from "./libc.ts";

const F_DUPFD_CLOEXEC = 1030;
/** Descriptors that the table of the process has room for from the start: 8 bytes each, the kernel's. */
const ROOM_DESCRIPTORS = 16_384;

/**
 * Has the kernel make room for the descriptors of many clients at once. A process with threads waits
 * until all processors have come to rest, ten milliseconds and more, whenever the kernel makes its
 * table larger, which is at 64, 256, 512, 1024 descriptors: the core would, in the middle of accepting
 * a client. False where so many are not allowed: then the table grows as it did.
 */
export function widenDescriptorTable(
  descriptors: number = Math.min(ROOM_DESCRIPTORS, openFilesLimit()),
): boolean {
  const { fcntl_number, close } = edgeLibc();
  const highest = fcntl_number(0, F_DUPFD_CLOEXEC, descriptors - 1);
  if (highest < 0) return false;
  close(highest);
  return true;
}
