import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ConfigIo } from "../../../lib/config/mod.ts";
import {
  ConfigError,
  distributionDirs,
  InvalidConfigError,
  loadConf,
  loadConfig,
  loadSettings,
  missingDirectories,
  readHomeNodes,
  readNodes,
  readPublicAddresses,
  resolvePaths,
  systemConfigIo,
} from "../../../lib/config/mod.ts";
import { withDirectory } from "./reference.ts";

const paths = resolvePaths({}, distributionDirs);

/** A machine with just these files; a command prints its arguments, one per line. */
function machine(files: Record<string, string>): ConfigIo {
  return {
    stat: (path) =>
      path in files
        ? { kind: "file", ownerExecutable: true }
        : path.startsWith("/var/")
        ? { kind: "directory", ownerExecutable: true }
        : undefined,
    readFile: (path) =>
      Promise.resolve(
        files[path] === undefined ? undefined : new TextEncoder().encode(files[path]),
      ),
    listDir: (directory) =>
      Promise.resolve(
        Object.keys(files).filter((path) => path.startsWith(`${directory}/`))
          .map((path) => path.slice(directory.length + 1)),
      ),
    interfaceName: (name) =>
      Promise.resolve(name === "alias" ? "eth1" : name.startsWith("eth") ? name : undefined),
    run: (program, args) =>
      Promise.resolve({
        success: program !== "/bin/false",
        stdout: new TextEncoder().encode(args.join("\n")),
      }),
  };
}

Deno.test("load: nothing there means all defaults", async () => {
  const config = await loadConfig(paths, machine({}));
  strictEqual(config.conf.logging.logLevel, 3);
  strictEqual(config.nodesSource, "/etc/ctdb/nodes");
  strictEqual(config.publicAddresses, "/etc/ctdb/public_addresses");
  deepStrictEqual(config.messages, []);
});

Deno.test("load: ctdb.conf over sysconfig over default, later tunables over earlier", async () => {
  const config = await loadConfig(
    paths,
    machine({
      "/etc/ctdb/ctdb.conf": "[cluster]\nnodes list = /n\n",
      "/etc/default/ctdb": "CTDB_NODES=/old\nCTDB_DEBUGLEVEL=INFO\nCTDB_SET_RecoverInterval=2\n" +
        "CTDB_SET_RecoverTimeout=3\nCTDB_PUBLIC_ADDRESSES=/pa\nCTDB_MANAGES_NFS=yes\n",
      "/etc/ctdb/ctdb.tunables": "RecoverTimeout=4\nKeepaliveLimit=4\nbogus=1\n",
      "/etc/ctdb/tunables.d/b.tunables": "KeepaliveLimit=6\n",
      "/etc/ctdb/tunables.d/a.tunables": "KeepaliveLimit=5\nElectionTimeout=5\n",
      "/etc/ctdb/tunables.d/.c.tunables": "KeepaliveLimit=7\n",
      "/etc/ctdb/tunables.d/README": "KeepaliveLimit=8\n",
    }),
  );
  strictEqual(config.nodesSource, "/n");
  strictEqual(config.conf.logging.logLevel, 5);
  strictEqual(config.publicAddresses, "/pa");
  deepStrictEqual(config.legacyScripts, ["60.nfs"]);
  const { RecoverInterval, RecoverTimeout, KeepaliveLimit, ElectionTimeout } =
    config.tunables.values;
  deepStrictEqual([RecoverInterval, RecoverTimeout, KeepaliveLimit, ElectionTimeout], [2, 4, 6, 5]);
  const bogus = config.messages.at(-1)!;
  deepStrictEqual([bogus.file, bogus.line, bogus.text], [
    "/etc/ctdb/ctdb.tunables",
    3,
    'Unknown tunable "bogus"',
  ]);
  ok(config.messages.every((message) => message.file.startsWith("/etc/")));
});

Deno.test("load: of two sysconfig files the first counts; a public_addresses file wins", async () => {
  const config = await loadConfig(
    paths,
    machine({
      "/etc/sysconfig/ctdb": "CTDB_PUBLIC_ADDRESSES=/pa\n",
      "/etc/default/ctdb": "CTDB_DEBUGLEVEL=INFO\n",
      "/etc/ctdb/public_addresses": "",
    }),
  );
  strictEqual(config.conf.logging.logLevel, 3);
  strictEqual(config.publicAddresses, "/etc/ctdb/public_addresses");
});

Deno.test("load: programs beside the daemon have its settings from ctdb.conf and the old file", async () => {
  const settings = await loadSettings(
    paths,
    machine({
      "/etc/ctdb/ctdb.conf": "[cluster]\nnodes list = /n\n",
      "/etc/default/ctdb": "CTDB_NODES=/old\nCTDB_DBDIR=/var/db\nCTDB_PUBLIC_ADDRESSES=/pa\n",
    }),
  );
  const { values, publicAddresses, messages } = settings;
  strictEqual(values.text("cluster", "nodes list"), "/n");
  strictEqual(values.text("database", "volatile database directory"), "/var/db");
  strictEqual(publicAddresses, "/pa");
  deepStrictEqual(messages, []);
});

Deno.test("load: old variables are not read in test mode", async () => {
  const test = resolvePaths({ CTDB_TEST_MODE: "", CTDB_BASE: "/b" }, distributionDirs);
  const io = machine({ "/etc/default/ctdb": "CTDB_DEBUGLEVEL=INFO\n" });
  deepStrictEqual((await loadConfig(test, io)).messages, []);
});

Deno.test("load: a wrong value in ctdb.conf is an error with all messages", async () => {
  const io = machine({ "/etc/ctdb/ctdb.conf": "[cluster]\ntransport = ib\nleader timeout = 0\n" });
  await rejects(loadConfig(paths, io), (error: unknown) => {
    return error instanceof InvalidConfigError && error.messages.length === 4 &&
      error.message === "Failed to load configuration file /etc/ctdb/ctdb.conf";
  });
});

Deno.test("load: the database directories must be there", async () => {
  const io = machine({});
  const { conf } = await loadConfig(paths, io);
  deepStrictEqual(missingDirectories(conf, io), []);
  deepStrictEqual(
    missingDirectories(conf, { ...io, stat: () => undefined })[0],
    [
      "Volatile database directory /var/lib/ctdb/volatile does not exist",
    ][0],
  );
});

Deno.test("load: nodes from a file or a command, with the port of the services database", async () => {
  const io = machine({ "/n": "10.0.0.1\n#\n", "/etc/services": "ctdb 4380/tcp\n" });
  const shown = async (source: string) =>
    (await readNodes(source, io)).map(({ address }) => `${address.address}:${address.port}`);
  deepStrictEqual(await shown("/n"), ["10.0.0.1:4380", "0.0.0.0:4380"]);
  deepStrictEqual(await shown("!/bin/echo 10.0.0.2  fd00::1"), ["10.0.0.2:4380", "fd00::1:4380"]);
  await rejects(readNodes("!/bin/false 10.0.0.1", io), ConfigError);
  await rejects(readNodes("/nosuch.file", io), (error: unknown) => {
    return error instanceof ConfigError && error.code === "ENOENT" && error.line === undefined;
  });
});

Deno.test("load: public addresses, and none without a file", async () => {
  const io = machine({ "/pa": "10.1.1.1/24 eth0\n" });
  strictEqual((await readPublicAddresses("/pa", io))!.length, 1);
  strictEqual(await readPublicAddresses("/nosuch.file", io), undefined);
});

Deno.test("load: an interface has the kernel's name, and one that is not there names its line", async () => {
  const io = machine({
    "/pa": "# x\n10.1.1.1/24 alias,eth0\n",
    "/bad": "\n10.1.1.1/24 eth0,wlan0",
  });
  deepStrictEqual((await readPublicAddresses("/pa", io))![0]!.interfaces, ["eth1", "eth0"]);
  await rejects(readPublicAddresses("/bad", io), (error: unknown) => {
    return error instanceof ConfigError &&
      error.placed === "/bad:2: read public address, no such interface: wlan0";
  });
});

Deno.test("load: a list of nodes must have one", async () => {
  const io = machine({ "/n": "\n \r\n" });
  await rejects(readNodes("/n", io), (error: unknown) => {
    return error instanceof ConfigError && error.placed === "read nodes, none is listed: /n";
  });
});

Deno.test("load: a byte order mark belongs to no file", async () => {
  const mark = "\ufeff";
  const io = machine({
    "/etc/ctdb/ctdb.conf": `${mark}[cluster]\r\nleader timeout = 9\r\n`,
    "/etc/ctdb/ctdb.tunables": `${mark}RecoverTimeout=7\r\n`,
    "/n": `${mark}10.0.0.1\r\n`,
    "/pa": `${mark}10.1.1.1/24 eth0\r\n`,
    "/home": `${mark}10.1.1.1 2\r\n`,
  });
  const { conf, tunables, messages } = await loadConfig(paths, io);
  deepStrictEqual(messages, []);
  strictEqual(conf.cluster.leaderTimeout_s, 9);
  strictEqual(tunables.values.RecoverTimeout, 7);
  strictEqual((await readNodes("/n", io))[0]!.address.address, "10.0.0.1");
  deepStrictEqual((await readPublicAddresses("/pa", io))![0]!.interfaces, ["eth0"]);
  deepStrictEqual(await readHomeNodes("/home", io), {
    homes: [{ address: "10.1.1.1", pnn: 2 }],
    messages: [],
  });
});

Deno.test("load: a line of home_nodes that is none is told, and costs nobody else a home", async () => {
  const text = "10.0.0.1 2 # rack 1\n# comment\n10.0.0.2 two\nFD00:0::1 1\n10.0.0.3/24 1\nalone\n";
  const { homes, messages } = await readHomeNodes("/h", machine({ "/h": text }));
  deepStrictEqual(homes, [{ address: "10.0.0.1", pnn: 2 }, { address: "fd00::1", pnn: 1 }]);
  deepStrictEqual(messages.map(({ file, line, text }) => `${file}:${line}: ${text}`), [
    "/h:3: read home node, no address and node number: 10.0.0.2 two",
    "/h:5: read home node, no address and node number: 10.0.0.3/24 1",
    "/h:6: read home node, no address and node number: alone",
  ]);
});

Deno.test("machine: a ctdb.conf that is a directory is an error", async () => {
  await withDirectory(async (base) => {
    await Deno.mkdir(`${base}/ctdb.conf`);
    const test = resolvePaths({ CTDB_TEST_MODE: "1", CTDB_BASE: base }, distributionDirs);
    const { ok, ignored, messages } = await loadConf(test, systemConfigIo);
    deepStrictEqual([ok, ignored, messages.length, messages[0]!.level], [false, true, 1, 0]);
  });
});
