import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  ConfigError,
  distributionDirs,
  etcScriptPath,
  installDirsFor,
  resolvePaths,
  withSambaRunDirs,
} from "../../../lib/config/mod.ts";

Deno.test("paths: outside test mode CTDB_BASE and CTDB_SOCKET move nothing", () => {
  const { helper: _, socketOf: _s, pidfileOf: _p, base, ...moved } = resolvePaths(
    { CTDB_BASE: "/b", CTDB_SOCKET: "/s" },
    distributionDirs,
  );
  const plain = resolvePaths({}, distributionDirs);
  for (const [name, value] of Object.entries(moved)) {
    deepStrictEqual(value, plain[name as keyof typeof plain], name);
  }
  strictEqual(base, "/b");
  strictEqual(plain.base, "/etc/ctdb");
  strictEqual(plain.legacyScripts, "/etc/ctdb/events/legacy");
  strictEqual(plain.stockLegacyScripts, "/usr/share/ctdb/events/legacy");
  strictEqual(plain.logHost, undefined);
});

Deno.test("paths: in test mode a node is below CTDB_BASE, but not its default databases", () => {
  const paths = resolvePaths({ CTDB_TEST_MODE: "", CTDB_BASE: "/t/node.0" }, distributionDirs);
  strictEqual(paths.nodes, "/t/node.0/nodes");
  strictEqual(paths.ctdbdPid, "/t/node.0/run/ctdbd.pid");
  strictEqual(paths.eventdSocket, "/t/node.0/run/eventd.socket");
  strictEqual(paths.vardir, "/t/node.0/var");
  strictEqual(paths.volatileDirectory, "/var/lib/ctdb/volatile");
  strictEqual(paths.logHost, "node.0");
  deepStrictEqual(paths.legacyFiles, []);
});

Deno.test("paths: CTDB_SOCKET in test mode, even an empty one", () => {
  const env = { CTDB_TEST_MODE: "1", CTDB_BASE: "" };
  strictEqual(resolvePaths({ ...env, CTDB_SOCKET: "/s" }, distributionDirs).ctdbdSocket, "/s");
  strictEqual(resolvePaths({ ...env, CTDB_SOCKET: "" }, distributionDirs).ctdbdSocket, "");
  strictEqual(resolvePaths(env, distributionDirs).rundir, "/run");
  throws(() => resolvePaths({ CTDB_TEST_MODE: "1" }, distributionDirs), ConfigError);
});

Deno.test("paths: helpers are installed ones unless the environment names others", () => {
  const plain = resolvePaths({}, distributionDirs);
  strictEqual(plain.helper("eventd"), "/usr/libexec/ctdb/ctdb-eventd");
  strictEqual(plain.helper("clusterMutexHelper"), "/usr/libexec/ctdb/ctdb_mutex_fcntl_helper");
  const other = resolvePaths({ CTDB_LOCK_HELPER: "/x/lock" }, distributionDirs);
  strictEqual(other.helper("lockHelper"), "/x/lock");
});

Deno.test("paths: in test mode CTDB_TEST_HELPER_BINDIR has the helpers, and only there", () => {
  const env = { CTDB_TEST_HELPER_BINDIR: "/b/bin", CTDB_BASE: "/t" };
  const test = resolvePaths({ ...env, CTDB_TEST_MODE: "yes" }, distributionDirs);
  strictEqual(test.helper("lockHelper"), "/b/bin/ctdb_lock_helper");
  strictEqual(test.helperdir, "/b/bin");
  strictEqual(resolvePaths(env, distributionDirs).helperdir, "/usr/libexec/ctdb");
  const named = { ...env, CTDB_TEST_MODE: "yes", CTDB_EVENT_HELPER: "/x/event" };
  strictEqual(resolvePaths(named, distributionDirs).helper("eventHelper"), "/x/event");
});

Deno.test("paths: with the run directories of Samba 4.25", () => {
  const paths = resolvePaths({}, withSambaRunDirs(distributionDirs));
  strictEqual(paths.ctdbdSocket, "/run/samba/ctdb/ctdbd.socket");
  strictEqual(paths.eventdSocket, "/run/samba/ctdb/eventd.socket");
  strictEqual(paths.ctdbdPid, "/run/samba/ctdb/ctdbd.pid");
  strictEqual(paths.lockdir, "/run/lock/samba/ctdb");
  deepStrictEqual(paths.otherCtdbdSockets, ["/run/ctdb/ctdbd.socket"]);
  const test = { CTDB_TEST_MODE: "yes", CTDB_BASE: "/t" };
  strictEqual(resolvePaths(test, withSambaRunDirs(distributionDirs)).ctdbdPid, "/t/run/ctdbd.pid");
});

Deno.test("paths: an installation under another prefix", () => {
  strictEqual(installDirsFor("/usr/"), distributionDirs);
  strictEqual(installDirsFor("/"), distributionDirs);
  const paths = resolvePaths({}, installDirsFor("/opt/ctdb/"));
  strictEqual(paths.config, "/opt/ctdb/etc/ctdb/ctdb.conf");
  strictEqual(paths.stateDirectory, "/opt/ctdb/var/lib/ctdb/state");
  strictEqual(paths.logLocation, "file:/opt/ctdb/var/log/log.ctdb");
});

Deno.test("paths: of a configured script only the base name counts", () => {
  strictEqual(etcScriptPath("/etc/ctdb", "/a/b/x.sh"), "/etc/ctdb/x.sh");
  strictEqual(etcScriptPath("/etc/ctdb", "x.sh//"), "/etc/ctdb/x.sh");
});

Deno.test("the socket of another build is looked for only beside the distribution's own", () => {
  const others = (env: Record<string, string>, dirs = distributionDirs) =>
    resolvePaths(env, dirs).otherCtdbdSockets;
  deepStrictEqual(others({}), ["/run/samba/ctdb/ctdbd.socket"]);
  deepStrictEqual(others({}, installDirsFor("/opt/ctdb")), []);
  deepStrictEqual(others({ CTDB_TEST_MODE: "yes", CTDB_BASE: "/b" }), []);
});
