/** One line of `/proc/locks`: a POSIX byte-range lock that a process has or waits for. */
export interface ProcLock {
  readonly pid: number;
  readonly type: "READ" | "WRITE";
  /** The process waits for it; the one in whose way it is stands before it in the file. */
  readonly waiting: boolean;
  /** Device as the kernel writes it, such as `fd:01`. */
  readonly device: string;
  readonly inode: string;
  readonly start: number;
  /** Last byte; Infinity for "to the end of the file". */
  readonly end: number;
}

const LINE =
  /^\d+: (-> +)?POSIX +\S+ +(READ|WRITE) +(-?\d+) +([0-9a-f]+:[0-9a-f]+):(\d+) +(\d+) +(\d+|EOF)$/;

/** Parses the text of `/proc/locks`; lines about other kinds of locks are left out. */
export function parseProcLocks(text: string): ProcLock[] {
  return text.split("\n").flatMap((line) => {
    const match = LINE.exec(line.trimEnd());
    if (match === null) return [];
    const [, waits, type, pid, device, inode, start, end] = match;
    return [{
      pid: Number(pid),
      type: type === "READ" ? "READ" as const : "WRITE" as const,
      waiting: waits !== undefined,
      device: device!,
      inode: inode!,
      start: Number(start),
      end: end === "EOF" ? Infinity : Number(end),
    }];
  });
}

/** The device number of stat(2) the way that `/proc/locks` writes it. */
export function deviceText(dev: number): string {
  const number = BigInt(dev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffff00n);
  return `${major.toString(16).padStart(2, "0")}:${minor.toString(16).padStart(2, "0")}`;
}
