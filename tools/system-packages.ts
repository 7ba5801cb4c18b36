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

/** Without this nothing runs. */
export const RUNTIME_PACKAGES: readonly SystemPackage[] = [
  { name: "libtdb1", purpose: "the database files" },
];

/** What the tests compare with and look through. Tests that miss one are skipped. */
export const TEST_PACKAGES: readonly SystemPackage[] = [
  ...RUNTIME_PACKAGES,
  { name: "ctdb", purpose: "tests with the C daemon and its tools" },
  { name: "tdb-tools", purpose: "tests that read our databases with other eyes" },
  { name: "etcd-server", purpose: "tests of the cluster lock in etcd" },
  { name: "shellcheck", purpose: "checks of the event scripts" },
  { name: "python3", purpose: "tests of the log in syslog" },
  { name: "iproute2", purpose: "tests in network namespaces" },
  { name: "iptables", purpose: "tests of the event scripts that block addresses" },
  { name: "ethtool", purpose: "tests of the interface event script" },
  { name: "tcpdump", purpose: "tests of what goes out on the network" },
  { name: "procps", purpose: "tests that look for processes" },
  { name: "psmisc", purpose: "event scripts that look who uses a file" },
  { name: "apache2", purpose: "tests of event script 41.httpd" },
  { name: "vsftpd", purpose: "tests of event script 40.vsftpd" },
  { name: "samba", purpose: "tests of Samba on our daemon, event script 50.samba" },
  { name: "winbind", purpose: "tests of event script 49.winbind" },
  { name: "smbclient", purpose: "tests of Samba on our daemon" },
  { name: "samba-testsuite", purpose: "tests of Samba on our daemon" },
  { name: "python3-samba", purpose: "tests of Samba on our daemon" },
  { name: "nfs-ganesha-vfs", purpose: "tests of event script 60.nfs" },
  { name: "nfs-common", purpose: "tests of event script 60.nfs and the statd call-out" },
  { name: "rpcbind", purpose: "tests of event script 60.nfs" },
  { name: "dbus", purpose: "tests of event script 60.nfs with NFS-Ganesha" },
];

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
