/**
 * Event scripts (`events.d/README.md`), examples, the unit of systemd: where each goes.
 *
 * @module
 */
import { distributionDirs, type InstallDirs } from "../lib/config/mod.ts";
import { ROOT } from "./console.ts";

/** Where the scripts go, below `--destdir`. */
export interface ScriptPlaces {
  readonly prefix: string;
  readonly dirs: InstallDirs;
  /** The path to write to for a path of the installation. */
  readonly to: (path: string) => string;
}

/** What is installed from one folder. */
interface ScriptGroup {
  /** Below the root of the source tree. */
  readonly from: string;
  /** The files; all of the folder unless named. */
  readonly names?: readonly string[];
  readonly into: string;
  /** Whether an administrator may change them: then a file that is there stays. */
  readonly configuration: boolean;
}

/** Where systemd looks below a prefix. */
const UNITS = "lib/systemd/system";
/** What a plain installation has switched on. */
const ENABLED = ["00.ctdb", "01.reclock", "05.system", "10.interface", "95.database"];

function groups({ prefix, dirs }: ScriptPlaces): ScriptGroup[] {
  const { etcdir, datadir, helperdir } = dirs;
  const stock = (from: string, into: string, names?: readonly string[]): ScriptGroup => ({
    from,
    into,
    configuration: false,
    ...(names === undefined ? {} : { names }),
  });
  return [
    stock("events.d/scripts", `${datadir}/events/legacy`),
    stock("events.d", etcdir, ["functions"]),
    stock("events.d/functions.d", `${etcdir}/functions.d`),
    stock("events.d/callouts", etcdir, ["nfs-linux-kernel-callout", "nfs-ganesha-callout"]),
    stock("events.d/callouts", helperdir, ["statd_callout", "statd_callout_helper"]),
    stock("events.d/helpers", helperdir),
    stock("config", datadir, ["ctdb.conf.example"]),
    stock("share", datadir, ["alerts.yml", "grafana-dashboard.json"]),
    stock("config", `${prefix}/${UNITS}`, ["ctdb.service"]),
    stock(".", datadir, ["nodes.example"]),
    { from: "events.d/nfs-checks.d", into: `${etcdir}/nfs-checks.d`, configuration: true },
    {
      from: "events.d",
      into: etcdir,
      configuration: true,
      names: [
        "ctdb-backup-persistent-tdbs.sh",
        "ctdb-crash-cleanup.sh",
        "debug-hung-script.sh",
        "debug_locks.sh",
        "notify.sh",
        "script.options",
      ],
    },
  ];
}

/** Installs the scripts, and enables the usual ones where none were installed before. */
export async function installScripts(places: ScriptPlaces): Promise<void> {
  const { dirs, to } = places;
  const enabled = to(`${dirs.etcdir}/events/legacy`);
  const fresh = !await exists(enabled);
  await Deno.mkdir(enabled, { recursive: true });
  await Deno.mkdir(to(`${dirs.etcdir}/events/notification`), { recursive: true });
  for (const group of groups(places)) await installGroup(group, places);
  const statd = to(`${dirs.etcdir}/statd-callout`);
  if (!await exists(statd)) await Deno.symlink(`${dirs.helperdir}/statd_callout`, statd);
  if (!fresh) return;
  for (const name of ENABLED) {
    const script = `${dirs.datadir}/events/legacy/${name}.script`;
    await Deno.symlink(script, `${enabled}/${name}.script`);
  }
}

async function installGroup(group: ScriptGroup, places: ScriptPlaces): Promise<void> {
  const from = `${ROOT}${group.from}`;
  const into = places.to(group.into);
  await Deno.mkdir(into, { recursive: true });
  for (const name of group.names ?? await filesIn(from)) {
    const target = `${into}/${name}`;
    if (group.configuration && await exists(target)) continue;
    const text = await Deno.readTextFile(`${from}/${name}`);
    await Deno.writeTextFile(target, withDirectories(text, places));
    const { mode } = await Deno.stat(`${from}/${name}`);
    await Deno.chmod(target, (mode ?? 0o644) & 0o755);
  }
}

/** The scripts name the distribution's directories; this puts those of the installation there. */
function withDirectories(text: string, { prefix, dirs }: ScriptPlaces): string {
  const places = new Map([
    ["/usr/bin/ctdb", `${prefix}/bin/ctdb`],
    ["/usr/sbin/ctdbd", `${prefix}/sbin/ctdbd`],
    ...Object.entries(distributionDirs).filter(([name]) => name !== "lockdir").map((
      [name, path],
    ): [string, string] => [
      path,
      dirs[name as keyof InstallDirs],
    ]),
  ]);
  // A path ends where no further letter follows: /usr/bin/ctdb_diagnostics is another one.
  const pattern = new RegExp(`(?:${[...places.keys()].join("|")})(?![\\w-])`, "g");
  return unitWords(text.replace(pattern, (path) => places.get(path)!), prefix);
}

/** systemd splits the command lines of a unit at blanks, and has signs of its own. */
function unitWords(text: string, prefix: string): string {
  if (!/[ %]/.test(prefix)) return text;
  return text.replace(/^(Exec\w+=)(.*)$/gm, (_line, key: string, command: string) => {
    const end = command.indexOf(" ", prefix.length);
    const program = end === -1 ? command : command.slice(0, end);
    const rest = end === -1 ? "" : command.slice(end);
    return `${key}"${program}"${rest}`;
  }).replace(/^(Exec|PIDFile|Condition).*$/gm, (line) => line.replaceAll("%", "%%"));
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.filter((entry) => entry.isFile).map((entry) => entry.name);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
