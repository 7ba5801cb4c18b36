import { buildDeb } from "../../../tools/deb.ts";
import { succeeds } from "../../../testing/process/command.ts";
import type { ProgramResult } from "../../../testing/process/program-io.ts";
import { command } from "./task.ts";

/** A package and what is in it. */
export interface BuiltPackage extends AsyncDisposable {
  /** The file. */
  readonly path: string;
  /** Its files, unpacked; launchers lead to where they will be. */
  readonly tree: string;
  /** The same with a later version and a change in a file below `/etc`. */
  newer(): Promise<string>;
  /**
   * The same with another program at the place of the runtime. Lintian reads all of its 95 MB once for
   * each of its names, which takes a minute and a half and finds what it has inside.
   */
  withoutRuntime(): Promise<string>;
}

/**
 * Makes a root to throw away: what is on this machine, and over it a file system in memory. All of it
 * is in a mount namespace that ends with the script.
 */
const IN_A_ROOT_OF_ITS_OWN = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount -t tmpfs tmpfs "$1/root/tmp"
mount -t tmpfs tmpfs "$1/root/run"
cp "$2" "$1/root/tmp/package.deb"
cp "$3" "$1/root/tmp/newer.deb"
cp "$4" "$(dirname "$4")/steps.sh" "$1/root/tmp/"
exec chroot "$1/root" bash /tmp/lifecycle.sh /tmp/package.deb /tmp/newer.deb
`;

const OVERLAY_PROBE = `
directory=$(mktemp -d) && mount -t tmpfs tmpfs "$directory" &&
mkdir "$directory/upper" "$directory/work" "$directory/root" &&
mount -t overlay overlay -o \
  "lowerdir=/,upperdir=$directory/upper,workdir=$directory/work" "$directory/root"
status=$?
umount -R "$directory"; rmdir "$directory"
exit $status
`;

/**
 * The same with systemd as its first process, which `packaging/systemd-host.sh` starts. The host ends
 * when its engine does.
 */
const UNDER_SYSTEMD = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/host/upper/root"
cp "$2" "$1/host/upper/root/package.deb"
cp "$3" "$1/host/upper/root/newer.deb"
cp "$4" "$(dirname "$4")/steps.sh" "$1/host/upper/root/"
"$5" "$1/host" / unit-test '' basic.target &
engine=$!
trap 'kill "$engine"; wait' EXIT
for try in $(seq 100); do [ ! -s "$1/host/init" ] || break; sleep 0.1; done
nsenter --target "$(cat "$1/host/init")" --all --root --wdns=/root -- env -i \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin bash unit.sh ./package.deb ./newer.deb
`;

const SYSTEMD_PROBE = `
test -x /lib/systemd/systemd && directory=$(mktemp -d) && mount -t cgroup2 cgroup2 "$directory" &&
mkdir "$directory/ctdb-probe-$$" && rmdir "$directory/ctdb-probe-$$"
status=$?
umount "$directory"; rmdir "$directory"
exit $status
`;

const PRIVATE = ["unshare", "--mount", "--propagation", "private"] as const;

function scriptPath(name: string): string {
  return new URL(`../package/${name}`, import.meta.url).pathname;
}

/** Runs a script with a directory that is gone afterwards, and what else it is given. */
async function inPrivate(script: string, ...args: readonly string[]): Promise<ProgramResult> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-package-root-" });
  try {
    return await command([...PRIVATE, "bash", "-c", script, "root", directory, ...args]);
  } finally {
    await Deno.remove(directory);
  }
}

/** What a machine has to build and try packages. */
export const packageTools = {
  has(program: string): boolean {
    return succeeds(["sh", "-c", 'command -v "$0"', program]);
  },

  canBuild(): boolean {
    return this.has("dpkg-deb");
  },

  /** Whether a root to throw away can be made here. */
  canInstall(): boolean {
    return succeeds([...PRIVATE, "sh", "-c", OVERLAY_PROBE]);
  },

  /** Whether such a root can have systemd as its first process. */
  canBoot(): boolean {
    return this.canInstall() && succeeds([...PRIVATE, "sh", "-c", SYSTEMD_PROBE]);
  },

  /** Lets the packages be installed, upgraded, removed and purged in such a root. */
  async lifecycle(path: string, newer: string): Promise<ProgramResult> {
    return await inPrivate(IN_A_ROOT_OF_ITS_OWN, path, newer, scriptPath("lifecycle.sh"));
  },

  /** Lets systemd start, stop and lose the service. */
  async unit(path: string, newer: string): Promise<ProgramResult> {
    const host = new URL("../../../packaging/systemd-host.sh", import.meta.url).pathname;
    return await inPrivate(UNDER_SYSTEMD, path, newer, scriptPath("unit.sh"), host);
  },

  /** Runs the blocks of a page on three such hosts and a client, as they are written. */
  async guide(path: string, page: string): Promise<ProgramResult> {
    return await command([...PRIVATE, "packaging/guide.sh", "/", path, page]);
  },
};

/** Builds the package, with as little compression as there is. */
export async function buildPackage(): Promise<BuiltPackage> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-package-" });
  const path = await buildDeb({ output: directory, level: 0 });
  const tree = `${directory}/tree`;
  await must(["dpkg-deb", "--extract", path, tree]);

  async function variant(name: string, change: (raw: string) => Promise<void>): Promise<string> {
    const raw = `${directory}/${name}`;
    await must(["dpkg-deb", "--raw-extract", path, raw]);
    await change(raw);
    const changed = `${directory}/${name}.deb`;
    await must(["dpkg-deb", "--root-owner-group", "-Zxz", "-z0", "--build", raw, changed]);
    return changed;
  }

  let newer: Promise<string> | undefined;
  return {
    path,
    tree,
    newer: () => newer ??= variant("newer", makeNewer),
    withoutRuntime: () => variant("light", takeRuntimeOut),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

async function makeNewer(raw: string): Promise<void> {
  const control = await Deno.readTextFile(`${raw}/DEBIAN/control`);
  const later = control.replace(/^Version: .*$/m, "$&+newer");
  await Deno.writeTextFile(`${raw}/DEBIAN/control`, later);
  await Deno.writeTextFile(`${raw}/etc/ctdb/functions`, "# newer\n", { append: true });
}

async function takeRuntimeOut(raw: string): Promise<void> {
  const directory = `${raw}/usr/lib/ctdb-deno/bin`;
  const [first, ...others] = [...Deno.readDirSync(directory)].map(({ name }) => name);
  for (const name of [first!, ...others]) await Deno.remove(`${directory}/${name}`);
  await Deno.copyFile("/bin/true", `${directory}/${first}`);
  for (const name of others) await Deno.link(`${directory}/${first}`, `${directory}/${name}`);
  const sum = (await command(["md5sum", "/bin/true"])).stdout.split(" ", 1)[0]!;
  const sums = await Deno.readTextFile(`${raw}/DEBIAN/md5sums`);
  const changed = sums.replace(/^\w+(?= {2}usr\/lib\/ctdb-deno\/bin\/)/gm, sum);
  await Deno.writeTextFile(`${raw}/DEBIAN/md5sums`, changed);
}

async function must(words: readonly string[]): Promise<void> {
  const { exit, stderr } = await command(words);
  if (exit !== 0) throw new Error(`Run ${words.join(" ")}: ${stderr}`);
}
