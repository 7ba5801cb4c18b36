import { runCommand, succeeds } from "../../../testing/process/command.ts";
const lab = new URL("../lab/smb-lab", import.meta.url).pathname;

/** What the lab needs that may not be there. */
const PROGRAMS = [
  "unshare",
  "nsenter",
  "ip",
  "smbd",
  "winbindd",
  "smbclient",
  "smbtorture",
  "ctdb",
];

/** One line of the report of the lab. */
export interface LabCheck {
  readonly name: string;
  readonly verdict: "PASS" | "FAIL" | "SKIP";
  /** What the check said, when it failed. */
  readonly text: string;
}

/** What a run of the lab came to. */
export interface LabRun {
  readonly checks: readonly LabCheck[];
  /** Everything it printed. */
  readonly output: string;
  /** Exit status of the checks. */
  readonly exit: number;
}

/** How the lab is set up; `tests/interop/lab/smb-lab` says what each can be. */
export interface LabSettings {
  readonly KINDS?: string;
  readonly MANAGE?: "script" | "ctdb";
  readonly FAMILY?: "4" | "6";
  readonly CTDBCONF?: string;
  readonly SMBCONF?: string;
}

/** The names of its networks are files in a place of its own: those of others are not its to see. */
const ONE_RUN = `
export script=$1 BASE PREFIX
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
trap '"$script" stop' EXIT
"$script" setup && "$script" start && bash -c "$2" work "$3"
`;

/** Samba's own programs, unmodified, on three nodes (`samba.md` 12). */
export const sambaCluster = {
  /** Whether this machine has what it takes, and these programs. */
  available(...programs: readonly string[]): boolean {
    const probe = [...PROGRAMS, ...programs].map((name) => `command -v ${name} &&`).join(" ");
    const python = "/usr/bin/python3 -c 'import samba.samba3.libsmb_samba_internal'";
    return succeeds(["unshare", "--mount", "sh", "-c", `${probe} ${python}`]);
  },

  /** Starts the cluster, runs the checks whose names match `regex`, and ends it. */
  async check(regex: string, settings: LabSettings = {}): Promise<LabRun> {
    const run = await this.run('"$script" check "$1"', regex, settings);
    return { ...run, checks: checksOf(run.output) };
  },

  /**
   * Starts the cluster, runs a shell script with `$script`, `$PREFIX` and `$BASE` of the cluster and
   * one argument, and ends it.
   */
  async run(
    work: string,
    argument = "",
    settings: LabSettings = {},
  ): Promise<Omit<LabRun, "checks">> {
    const directory = await Deno.makeTempDir({ prefix: "ctdb-samba-" });
    try {
      // The user of the shares must get through to them.
      await Deno.chmod(directory, 0o755);
      const { exit, stdout, stderr } = await runCommand([
        ...["unshare", "--mount", "--propagation", "private"],
        ...["bash", "-c", ONE_RUN, "lab", lab, work, argument],
      ], {
        env: {
          ...settings,
          DENO: Deno.execPath(),
          PREFIX: `smb${Deno.pid}`,
          BASE: `${directory}/base`,
        },
      });
      return { output: stdout + stderr, exit };
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
};

/** Lines such as `FAIL smbstatus (2.33 s)`, each with the indented lines that follow. */
function checksOf(report: string): LabCheck[] {
  const checks = report.matchAll(/^(PASS|FAIL|SKIP) (\w+).*((?:\n +\|.*)*)/gm);
  return [...checks].map(([, verdict, name, text]) => ({
    name: name!,
    verdict: verdict as LabCheck["verdict"],
    text: text!.trim(),
  }));
}
