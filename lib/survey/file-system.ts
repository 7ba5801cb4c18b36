/** A mounted file system. */
export interface Mount {
  readonly mountedOn: string;
  readonly type: string;
}

/** File systems that belong to one machine. */
const LOCAL_TYPES: ReadonlySet<string> = new Set([
  "btrfs",
  "ext2",
  "ext3",
  "ext4",
  "f2fs",
  "jfs",
  "overlay",
  "ramfs",
  "reiserfs",
  "tmpfs",
  "vfat",
  "xfs",
  "zfs",
]);

/** Whether no other machine can see what is on a file system of this type. */
export function isLocalFileSystem(type: string): boolean {
  return LOCAL_TYPES.has(type);
}

/** The mount that a path (absolute, without links) is on; `mountInfo` as in `/proc/self/mountinfo`. */
export function mountOf(path: string, mountInfo: string): Mount | undefined {
  let best: Mount | undefined;
  for (const line of mountInfo.split("\n")) {
    const [head = "", tail = ""] = line.split(" - ");
    const point = head.split(" ")[4];
    const type = tail.split(" ")[0];
    if (point === undefined || type === undefined || type === "") continue;
    const mountedOn = unescape(point);
    // Of two mounts on one point the later one covers the earlier.
    if (isBelow(path, mountedOn) && mountedOn.length >= (best?.mountedOn.length ?? 0)) {
      best = { mountedOn, type };
    }
  }
  return best;
}

function isBelow(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

/** Spaces and the like are octal in mountinfo. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}
