/**
 * Debian packages that the program and its tests need, and how they get onto the machine.
 *
 * @module
 */
import { complain, say } from "./console.ts";
import { capture } from "./run.ts";

/** A package and what for. */
export interface SystemPackage {
  readonly name: string;
  readonly purpose: string;
}

/** A package that tests need, and the folders of `tests/` that those are in. */
export interface TestPackage extends SystemPackage {
  readonly folders: readonly string[];
}

/** Without this nothing runs. */
export const RUNTIME_PACKAGES: readonly SystemPackage[] = [
  { name: "libtdb1", purpose: "the database files" },
];

/** What the tests compare with and look through. Tests that miss one are skipped. */
export const TEST_PACKAGES: readonly TestPackage[] = [
  ...RUNTIME_PACKAGES.map((some) => ({ ...some, folders: [""] })),
  {
    name: "ctdb",
    purpose: "tests with the C daemon and its tools",
    folders: ["processes", "tools", "events", "failover", "cluster", "interop", "documents"],
  },
  {
    name: "tdb-tools",
    purpose: "tests that read our databases with other eyes",
    folders: ["processes/tdb", "tools", "cluster", "interop", "e2e"],
  },
  { name: "etcd-server", purpose: "tests of the cluster lock in etcd", folders: ["tools"] },
  { name: "zsh", purpose: "tests of the completion of ctdb", folders: ["tools"] },
  { name: "fish", purpose: "tests of the completion of ctdb", folders: ["tools"] },
  { name: "openssh-server", purpose: "tests of onnode on other machines", folders: ["tools"] },
  {
    name: "chromium",
    purpose: "tests of the dashboard in a browser",
    folders: ["dashboard"],
  },
  {
    name: "openssl",
    purpose: "tests with TLS",
    folders: ["processes/admin", "tools", "documents"],
  },
  { name: "curl", purpose: "commands of the documentation", folders: ["documents"] },
  { name: "jq", purpose: "commands of the documentation", folders: ["documents"] },
  { name: "fonts-dejavu-core", purpose: "the dashboard in a browser", folders: ["dashboard"] },
  { name: "prometheus", purpose: "tests of the metrics and alerts", folders: ["metrics"] },
  {
    name: "systemd",
    purpose: "tests of the unit under a systemd of its own",
    folders: ["e2e"],
  },
  { name: "strace", purpose: "tests with a disk that stands", folders: ["cluster"] },
  { name: "lintian", purpose: "checks of the Debian package", folders: ["e2e"] },
  { name: "man-db", purpose: "tests of the manual", folders: ["e2e"] },
  { name: "shellcheck", purpose: "checks of the event scripts", folders: ["events"] },
  {
    name: "python3",
    purpose: "tests of the log in syslog",
    folders: ["processes/logging", "events", "interop"],
  },
  {
    name: "iproute2",
    purpose: "tests in network namespaces",
    folders: ["processes", "tools", "events", "failover", "interop", "documents", "e2e"],
  },
  {
    name: "iptables",
    purpose: "tests of the event scripts that block addresses",
    folders: ["events", "interop"],
  },
  {
    name: "nftables",
    purpose: "tests of the same where there is no iptables",
    folders: ["events"],
  },
  { name: "ethtool", purpose: "tests of the interface event script", folders: ["events", "e2e"] },
  {
    name: "tcpdump",
    purpose: "tests of what goes out on the network",
    folders: ["processes/failover", "failover"],
  },
  {
    name: "procps",
    purpose: "tests that look for processes",
    folders: ["processes", "tools", "events", "failover", "cluster", "interop", "e2e", "documents"],
  },
  {
    name: "psmisc",
    purpose: "event scripts that look who uses a file",
    folders: ["events", "e2e"],
  },
  { name: "apache2", purpose: "tests of event script 41.httpd", folders: ["events"] },
  { name: "vsftpd", purpose: "tests of event script 40.vsftpd", folders: ["events"] },
  {
    name: "samba",
    purpose: "tests of Samba on our daemon, event script 50.samba",
    folders: ["events", "interop", "e2e"],
  },
  {
    name: "winbind",
    purpose: "tests of event script 49.winbind",
    folders: ["events", "interop", "e2e"],
  },
  { name: "samba-common-bin", purpose: "tests with databases of Samba", folders: ["tools"] },
  { name: "smbclient", purpose: "tests of Samba on our daemon", folders: ["interop", "e2e"] },
  { name: "samba-testsuite", purpose: "tests of Samba on our daemon", folders: ["interop"] },
  { name: "python3-samba", purpose: "tests of Samba on our daemon", folders: ["interop", "tools"] },
  { name: "sosreport", purpose: "what support wants to know of a node", folders: ["interop"] },
  { name: "resource-agents", purpose: "Pacemaker's own agent for CTDB", folders: ["interop"] },
  { name: "nfs-ganesha-vfs", purpose: "tests of event script 60.nfs", folders: ["events"] },
  {
    name: "nfs-common",
    purpose: "tests of event script 60.nfs and the statd call-out",
    folders: ["events"],
  },
  { name: "rpcbind", purpose: "tests of event script 60.nfs", folders: ["events"] },
  {
    name: "dbus",
    purpose: "tests of event script 60.nfs with NFS-Ganesha",
    folders: ["events", "e2e"],
  },
];

/** The packages that the tests at `paths` need: folders or files such as `tests/unit/wire`. */
export function packagesFor(paths: readonly string[]): TestPackage[] {
  const within = (inner: string, outer: string) =>
    outer === "tests" || inner === outer || inner.startsWith(`${outer}/`);
  return TEST_PACKAGES.filter(({ folders }) =>
    folders.map((folder) => folder === "" ? "tests" : `tests/${folder}`).some((folder) =>
      paths.some((path) => within(path, folder) || within(folder, path))
    )
  );
}

const APT_TIMEOUT_MS = 600_000;
const POLICY = "/usr/sbin/policy-rc.d";
/** Tells `invoke-rc.d` that no service may be started. */
const POLICY_TEXT = "#!/bin/sh\nexit 101\n";

/** The packages of `wanted` that are not installed; all of them where there is no dpkg. */
export async function missingPackages(
  wanted: readonly SystemPackage[],
): Promise<SystemPackage[]> {
  const format = "${Package} ${db:Status-Status}\\n";
  const names = wanted.map(({ name }) => name);
  const { output } = await capture(["dpkg-query", "-W", "-f", format, ...names]);
  return wanted.filter(({ name }) => !output.split("\n").includes(`${name} installed`));
}

/**
 * Installs what is missing if this machine and this user can; else says what to install.
 *
 * @returns what is still missing
 */
export async function ensurePackages(
  wanted: readonly SystemPackage[],
): Promise<SystemPackage[]> {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  if (Deno.uid() === 0) {
    say(`Installing ${names.join(" ")}`);
    const reason = await installPackages(names);
    if (reason !== undefined) complain(`apt-get could not install them: ${reason}`);
  }
  const still = await missingPackages(missing);
  if (still.length > 0) explain(still);
  return still;
}

/** The reason why it failed; `undefined` when it did not. */
async function installPackages(names: readonly string[]): Promise<string | undefined> {
  const update = await apt("update");
  if (!update.success) return lastLine(update.output);
  const release = holdServicesBack();
  try {
    const { success, output } = await apt("install", "-y", "--no-install-recommends", ...names);
    return success ? undefined : lastLine(output);
  } finally {
    release();
  }
}

function apt(...args: string[]) {
  return capture(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    timeout_ms: APT_TIMEOUT_MS,
  });
}

/** Tests want programs, not running services of the machine. Returns what undoes it. */
function holdServicesBack(): () => void {
  try {
    Deno.writeTextFileSync(POLICY, POLICY_TEXT, { createNew: true, mode: 0o755 });
  } catch {
    // There is a policy: it knows better.
    return () => {};
  }
  return () => Deno.removeSync(POLICY);
}

function explain(missing: readonly SystemPackage[]): void {
  complain("Missing on this machine:");
  for (const { name, purpose } of missing) complain(`  ${name}: ${purpose}`);
  complain(`Install with: apt-get install ${missing.map(({ name }) => name).join(" ")}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
