import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  applyLegacy,
  confSchema,
  ctdbConfOf,
  distributionDirs,
  readConf,
  resolvePaths,
} from "../../../lib/config/mod.ts";
import { anyDirectory } from "./reference.ts";

const paths = resolvePaths({}, distributionDirs);
const context = { etcdir: paths.etcdir, stat: anyDirectory };

function apply(sysconfig: string, ctdbConf = "") {
  const conf = readConf(ctdbConf, { schema: confSchema(paths), strict: false, ...context });
  return applyLegacy(sysconfig, conf, context);
}

const told = (text: string, ctdbConf = "") =>
  apply(text, ctdbConf).messages.map((message) => [message.level, message.line, message.text]);

Deno.test("legacy: every old option has its effect", () => {
  const { values } = apply(`
CTDB_RECOVERY_LOCK="!/bin/lock a"
export CTDB_NODES=/gfs/nodes
CTDB_NODE_ADDRESS=10.0.0.1
CTDB_TRANSPORT=tcp
CTDB_CAPABILITY_RECMASTER=no
CTDB_CAPABILITY_LMASTER=no
CTDB_DBDIR=/ram
CTDB_DBDIR_PERSISTENT=/p
CTDB_DBDIR_STATE=/s
CTDB_DEBUGLEVEL=INFO
CTDB_LOGGING=syslog
CTDB_SCRIPT_LOG_LEVEL=3
CTDB_NOSETSCHED=yes
CTDB_START_AS_DISABLED=yes
CTDB_START_AS_STOPPED=yes
CTDB_SET_TDBMutexEnabled=0
CTDB_SET_DisableIPFailover=1
`);
  const conf = ctdbConfOf(values);
  deepStrictEqual(conf.logging, { location: "syslog", logLevel: 5 });
  strictEqual(conf.cluster.clusterLock, "!/bin/lock a");
  strictEqual(conf.cluster.nodesList, "/gfs/nodes");
  strictEqual(conf.cluster.nodeAddress, "10.0.0.1");
  strictEqual(conf.cluster.leaderCapability, false);
  deepStrictEqual(conf.database, {
    volatileDirectory: "/ram",
    persistentDirectory: "/p",
    stateDirectory: "/s",
    lockDebugScript: undefined,
    tdbMutexes: false,
  });
  strictEqual(conf.failover.disabled, true);
  deepStrictEqual(conf.legacy, {
    realtimeScheduling: false,
    lmasterCapability: false,
    startAsStopped: true,
    startAsDisabled: true,
    scriptLogLevel: 3,
  });
});

Deno.test("legacy: a use tells what to write instead", () => {
  deepStrictEqual(told("\nCTDB_NOSETSCHED=yes\n"), [[
    3,
    2,
    "CTDB_NOSETSCHED is an old variable, honoured for now; " +
    "write in ctdb.conf, section [legacy]: realtime scheduling = false",
  ]]);
});

Deno.test("legacy: ctdb.conf wins, also when it repeats the default or has the old spelling", () => {
  const conf = (sysconfig: string, ctdbConf: string) =>
    ctdbConfOf(apply(sysconfig, ctdbConf).values);
  const capability = "[cluster]\nleader capability = true\n";
  strictEqual(conf("CTDB_CAPABILITY_RECMASTER=no", capability).cluster.leaderCapability, true);
  deepStrictEqual(told("CTDB_CAPABILITY_RECMASTER=no", capability), [
    [1, 1, "CTDB_CAPABILITY_RECMASTER is ignored: ctdb.conf has [cluster] leader capability"],
  ]);
  const lock = "[cluster]\nrecovery lock = /new\n";
  strictEqual(conf("CTDB_RECOVERY_LOCK=/old", lock).cluster.clusterLock, "/new");
});

Deno.test("legacy: values that would not pass are ignored and told", () => {
  const { values, messages } = apply(
    "CTDB_TRANSPORT=ib\nCTDB_DBDIR=tmpfs\nCTDB_START_AS_STOPPED=1\nCTDB_DEBUGLEVEL=loud\n",
  );
  strictEqual(values.dump(), apply("").values.dump());
  deepStrictEqual(messages.map(({ level, line }) => [level, line]), [[1, 1], [1, 2], [1, 3], [
    1,
    4,
  ]]);
});

Deno.test("legacy: tunables and services", () => {
  const { tunables, scripts, messages } = apply(`
CTDB_SET_recoverinterval=0x2
CTDB_SET_MaxRedirectCount=1
CTDB_SET_nosuch=1
CTDB_SET_EventScriptTimeout=x
CTDB_MANAGES_SAMBA=yes
CTDB_MANAGES_NFS=no
CTDB_MANAGED_SERVICES="winbind samba gopher"
`);
  deepStrictEqual(tunables, [{ name: "RecoverInterval", value: 2 }]);
  deepStrictEqual(scripts, ["50.samba", "49.winbind"]);
  deepStrictEqual(messages.map(({ level, line }) => [level, line]), [
    [3, 2],
    [1, 3],
    [1, 4],
    [1, 5],
    [3, 6],
    [3, 8],
    [3, 8],
    [1, 8],
  ]);
});

Deno.test("legacy: what has no place here any more", () => {
  const messages = told(`
CTDB_SOCKET=/x
CTDB_MAX_OPEN_FILES=9
CTDB_NATGW_NODES=/y
CTDB_PUBLIC_ADDRESSES=rel
PATH=/bin
CTDB_LOGGING=$X
`);
  deepStrictEqual(messages.map(([level, line]) => [level, line]), [[1, 7], [1, 2], [1, 3], [3, 4], [
    1,
    5,
  ]]);
  ok(String(messages[2]![2]).includes("LimitNOFILE="));
  ok(String(messages[3]![2]).includes("script.options"));
});

Deno.test("legacy: the file of public addresses", () => {
  strictEqual(apply("CTDB_PUBLIC_ADDRESSES=/gfs/pa").publicAddresses, "/gfs/pa");
  strictEqual(apply("").publicAddresses, undefined);
});
