import { install } from "../../../tools/install.ts";

const acceptance = new URL("smb-cluster.sh", import.meta.url).pathname;

/** What the acceptance script needs that may not be there. */
const PROGRAMS = ["unshare", "nsenter", "ip", "smbd", "winbindd", "smbclient", "smbtorture"];

/** One line of the acceptance script's report. */
export interface AcceptanceCheck {
  readonly name: string;
  readonly verdict: "PASS" | "FAIL" | "SKIP";
  /** What the check said, when it failed. */
  readonly text: string;
}

/** What a run of the acceptance script came to. */
export interface AcceptanceRun {
  readonly checks: readonly AcceptanceCheck[];
  /** Everything it printed. */
  readonly output: string;
  /** Exit status of the checks. */
  readonly exit: number;
}

/**
 * Runs in a mount namespace of its own, where `/usr` and `/etc/ctdb` have our programs in place of
 * those of the distribution, as `deno task install --prefix /usr` puts them.
 *
 * `/etc` is a copy: the hosts mount files over some of its files, and such a mount goes away when a
 * package manager outside renames a new file over the old.
 */
const WITH_OUR_PROGRAMS = `
set -e
export script=$1 tree=$2 work=$3 argument=$4
mount -t overlay overlay -o "lowerdir=$tree/usr:/usr" /usr
cp -a /etc "$tree/copy-of-etc"
rm -rf "$tree/copy-of-etc/ctdb"
cp -a "$tree/etc/ctdb" "$tree/copy-of-etc/ctdb"
mount --bind "$tree/copy-of-etc" /etc
# Names of network namespaces are files: those of others are not ours to see.
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
trap 'bash "$script" stop' EXIT
bash "$script" setup
bash "$script" start
bash -c "$work" work "$argument"
`;

/** Samba's own programs, unmodified, on three of our nodes (`samba.md` 12). */
export const sambaCluster = {
  /** Whether this machine has what it takes. */
  available(): boolean {
    try {
      Deno.statSync(acceptance);
      const probe = PROGRAMS.map((name) => `command -v ${name} &&`).join(" ");
      const python = "/usr/bin/python3 -c 'import samba.samba3.libsmb_samba_internal'";
      return run(["unshare", "--mount", "sh", "-c", `${probe} ${python}`]);
    } catch {
      return false;
    }
  },

  /** Starts the cluster, runs the checks whose names match `regex`, and ends it. */
  async check(regex: string): Promise<AcceptanceRun> {
    const run = await this.run('bash "$script" check "$1"', regex);
    return { ...run, checks: checksOf(run.output) };
  },

  /**
   * Starts the cluster, runs a shell script with `$script`, `$PREFIX` and `$BASE` of the cluster and
   * one argument, and ends it.
   */
  async run(work: string, argument = ""): Promise<Omit<AcceptanceRun, "checks">> {
    const directory = await Deno.makeTempDir({ prefix: "ctdb-samba-" });
    try {
      // The user of the shares must get through to them.
      await Deno.chmod(directory, 0o755);
      const tree = `${directory}/tree`;
      await install({ prefix: "/usr", destdir: tree });
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          ...["--mount", "--propagation", "private"],
          ...["bash", "-c", WITH_OUR_PROGRAMS, "acceptance", acceptance, tree, work, argument],
        ],
        env: { PREFIX: `smb${Deno.pid}`, BASE: `${directory}/base` },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { output: decoder.decode(stdout) + decoder.decode(stderr), exit: code };
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
};

function run([program, ...args]: readonly string[]): boolean {
  const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
  return new Deno.Command(program!, options).outputSync().success;
}

/** Lines such as `FAIL smbstatus (2.33 s)`, each with the indented lines that follow. */
function checksOf(report: string): AcceptanceCheck[] {
  const checks = report.matchAll(/^(PASS|FAIL|SKIP) (\w+).*((?:\n +\|.*)*)/gm);
  return [...checks].map(([, verdict, name, text]) => ({
    name: name!,
    verdict: verdict as AcceptanceCheck["verdict"],
    text: text!.trim(),
  }));
}
