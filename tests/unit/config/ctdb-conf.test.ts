import { deepStrictEqual, doesNotMatch, match, strictEqual, throws } from "node:assert/strict";
import type { ConfReadResult, FileFacts } from "../../../lib/config/mod.ts";
import {
  ConfigError,
  confSchema,
  ctdbConfOf,
  distributionDirs,
  readConf,
  reloadConf,
  resolvePaths,
} from "../../../lib/config/mod.ts";
import { anyDirectory } from "./reference.ts";

const paths = resolvePaths({}, distributionDirs);
const schema = confSchema(paths);

function read(
  text: string,
  stat: (path: string) => FileFacts | undefined = anyDirectory,
  strict = false,
): ConfReadResult {
  return readConf(text, { schema, strict, etcdir: paths.etcdir, stat });
}

const texts = (result: ConfReadResult) => result.messages.map((message) => message.text);

Deno.test("conf: an empty file has the defaults of 4.24", () => {
  deepStrictEqual(ctdbConfOf(read("").values), {
    logging: { location: "file:/var/log/ctdb/log.ctdb", logLevel: 3 },
    cluster: {
      transport: "tcp",
      nodeAddress: undefined,
      clusterLock: undefined,
      nodesList: undefined,
      leaderTimeout_s: 5,
      leaderCapability: true,
    },
    database: {
      volatileDirectory: "/var/lib/ctdb/volatile",
      persistentDirectory: "/var/lib/ctdb/persistent",
      stateDirectory: "/var/lib/ctdb/state",
      lockDebugScript: undefined,
      tdbMutexes: true,
    },
    event: { debugScript: undefined },
    failover: { disabled: false, shutdownExtraTimeout_s: 0, shutdownFailoverTimeout_s: 10 },
    legacy: {
      realtimeScheduling: true,
      lmasterCapability: true,
      startAsStopped: false,
      startAsDisabled: false,
      scriptLogLevel: 0,
    },
    admin: { listen: [], tls: undefined, keep_ms: 2_592_000_000, limit_bytes: 67_108_864 },
  });
});

Deno.test("conf: a section of ours is in a dump only where it is given", () => {
  doesNotMatch(read("").values.dump(), /admin/);
  const given = read("[admin]\n  listen = 127.0.0.1:80\n").values;
  match(given.dump(), /^\[admin\]\n\tlisten = 127.0.0.1:80\n/m);
  doesNotMatch(given.dump(), /history/);
  strictEqual(given.get("admin", "history days"), "30");
});

Deno.test("conf: given values arrive in their types", () => {
  const conf = ctdbConfOf(
    read(`
    [Cluster]
      cluster lock = !/usr/libexec/lock  a b
      leader timeout = 0x10
      leader capability = NO
    [logging]
      log level = d
    [failover]
      shutdown failover timeout = 010
  `).values,
  );
  strictEqual(conf.cluster.clusterLock, "!/usr/libexec/lock a b");
  strictEqual(conf.cluster.leaderTimeout_s, 16);
  strictEqual(conf.cluster.leaderCapability, false);
  strictEqual(conf.logging.logLevel, 10);
  strictEqual(conf.failover.shutdownFailoverTimeout_s, 8);
});

Deno.test("conf: the deprecated recovery lock counts where there is no cluster lock", () => {
  const old = read("[cluster]\nrecovery lock = /a\n");
  deepStrictEqual(texts(old), ["Configuration option [cluster] -> recovery lock is deprecated"]);
  deepStrictEqual(old.messages[0]!.level, 1);
  strictEqual(ctdbConfOf(old.values).cluster.clusterLock, "/a");
  const both = read("[cluster]\nrecovery lock = /a\ncluster lock = /b\n");
  strictEqual(ctdbConfOf(both.values).cluster.clusterLock, "/b");
});

Deno.test("conf: of repeated values the last that is not the default counts", () => {
  const timeout = (text: string) =>
    read(`[cluster]\n${text}`).values.integer("cluster", "leader timeout");
  strictEqual(timeout("leader timeout = 7\nleader timeout = 9\n"), 9);
  strictEqual(timeout("leader timeout = 7\nleader timeout = 5\n"), 7);
});

Deno.test("conf: a syntax error is an error, and no value is used", () => {
  const result = read("[cluster]\ncluster lock = /a\n= b\n[nosuch]\n", anyDirectory, true);
  strictEqual(result.ok, false);
  strictEqual(result.ignored, true);
  strictEqual(ctdbConfOf(result.values).cluster.clusterLock, undefined);
  strictEqual(result.mentioned.size, 0);
  deepStrictEqual(result.messages, [
    { level: 0, line: 3, text: "conf: syntax error in line 3: = b", ours: false },
  ]);
});

Deno.test("conf: a line without = is told, and nothing else comes of it", () => {
  const result = read("[cluster]\n\tjunk line \n\n# comment\nleader timeout = 7\n");
  strictEqual(result.ok, true);
  deepStrictEqual(result.messages, [
    { level: 1, line: 2, text: 'conf: line without "=" ignored: junk line', ours: true },
  ]);
  strictEqual(result.values.integer("cluster", "leader timeout"), 7);
});

Deno.test("conf: what has more than a number is no number, the default included", () => {
  for (const value of ["5x", "7 s", "7.5"]) {
    const result = read(`[cluster]\nleader timeout = ${value}\n`);
    deepStrictEqual([result.ok, texts(result)], [false, [
      `conf: invalid value [cluster] -> "leader timeout" = "${value}"`,
    ]]);
  }
  const junk = read("[failover]\nshutdown extra timeout = abc\n");
  deepStrictEqual(texts(junk), [
    'conf: invalid value [failover] -> "shutdown extra timeout" = "abc"',
  ]);
});

Deno.test("conf: every error of a file is reported, with its line, and no value is used", () => {
  const result = read("[cluster]\ncluster lock =\ntransport = ib\nleader timeout = -1\n[x]\ny=z\n");
  strictEqual(result.ok, false);
  strictEqual(result.values.isGiven(schema[0]!), false);
  deepStrictEqual(result.messages.map(({ level, line, text }) => [level, line, text]), [
    [0, 2, 'conf: empty value [cluster] -> "cluster lock"'],
    [0, 3, "Invalid value for [cluster] -> transport = ib"],
    [0, 3, 'conf: validation for option "transport" failed'],
    [0, 4, 'conf: invalid value [cluster] -> "leader timeout" = "-1"'],
    [1, 5, "conf: ignoring unknown section [x]"],
    [1, 6, 'conf: unknown section for option "y"'],
  ]);
});

Deno.test("conf: what an option of ours may be is said with what it is not", () => {
  const [refused] = texts(read("[admin]\nhistory days = 0\n"));
  strictEqual(refused, "Invalid value for [admin] -> history days = 0: at least 1");
  strictEqual(read("[admin]\nhistory days = 1\n").ok, true);
});

Deno.test("conf: what is unknown is a warning of the daemon's, and to be had of the tools", () => {
  const result = read("[admin]\nlisen = 127.0.0.1:80\n[cluster]\nlock = /a\n[nosuch]\n");
  strictEqual(result.ok, true);
  deepStrictEqual(result.messages.map(({ level, toolLevel, line }) => [level, toolLevel, line]), [
    [1, 10, 2],
    [1, 10, 4],
    [1, 10, 5],
  ]);
});

Deno.test("conf: why a log location is refused is said, but not where the C tools do not", () => {
  const result = read("[logging]\nlocation = file:/no/log\nlog level = q\n", () => undefined);
  deepStrictEqual(result.messages.map(({ ours, text }) => [ours, text]), [
    [true, "directory of log does not exist: /no"],
    [false, 'conf: validation for option "location" failed'],
    [true, "not a log level: q"],
    [false, 'conf: validation for option "log level" failed'],
  ]);
});

Deno.test("conf: our own json location needs its directory, too", () => {
  strictEqual(read("[logging]\nlocation = json:/var/log/x.json\n").ok, true);
  strictEqual(read("[logging]\nlocation = json:/var/log/x.json\n", () => undefined).ok, false);
});

Deno.test("conf: looking up what there is not is an error of the program", () => {
  const { values } = read("");
  throws(() => values.text("cluster", "nosuch"), ConfigError);
  throws(() => values.integer("cluster", "transport"), ConfigError);
  strictEqual(values.get("cluster", "nosuch"), undefined);
  strictEqual(values.get("CLUSTER", "leader capability"), "true");
  strictEqual(values.get("cluster", "node address"), "");
});

Deno.test("reload: log level and debug script change, all else stays with a warning", () => {
  const current =
    read("[cluster]\ncluster lock = /a\nleader timeout = 7\n[logging]\nlog level = INFO\n").values;
  const script = (path: string): FileFacts => ({
    kind: path.endsWith(".sh") ? "file" : "directory",
    ownerExecutable: true,
  });
  const fresh = read("[cluster]\ncluster lock = /b\n[event]\ndebug script = x.sh\n", script);
  const { values, messages } = reloadConf(current, fresh);
  const conf = ctdbConfOf(values);
  strictEqual(conf.cluster.clusterLock, "/a");
  strictEqual(conf.cluster.leaderTimeout_s, 7);
  strictEqual(conf.logging.logLevel, 3);
  strictEqual(conf.event.debugScript, "x.sh");
  deepStrictEqual(messages.map(({ level, text }) => [level, text]), [
    [1, 'Ignoring update of cluster config option "cluster lock"'],
    [1, 'Ignoring update of cluster config option "leader timeout"'],
  ]);
  deepStrictEqual(reloadConf(values, fresh).values.dump(), values.dump());
});

Deno.test("reload: a file with an error changes nothing", () => {
  const current = read("[logging]\nlog level = INFO\n").values;
  for (const text of ["[cluster]\ntransport = ib\n", "[logging]\nlog level = DEBUG\n[x"]) {
    const { values, messages } = reloadConf(current, read(text));
    strictEqual(values, current);
    strictEqual(messages.at(-1)!.text, "Configuration reload failed");
  }
});
