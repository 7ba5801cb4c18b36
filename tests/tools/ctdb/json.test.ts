/** What `--json` prints, held against the schemas in `docs/json.md`. */
import assert from "node:assert/strict";
import { type OpenDoor, openUnixDoor } from "../../../lib/admin/http/doors.ts";
import { tokenDocument } from "../../../lib/admin/http/tokens.ts";
import { eventDocument, Story } from "../../../lib/admin/story/story.ts";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { commandTable } from "../../../cli/ctdb/commands.ts";
import { Errno, nullLogger } from "../../../lib/base/mod.ts";
import { type EventRecord, EventServer, type EventService } from "../../../lib/events/mod.ts";
import { openTdb, TdbFlag } from "../../../lib/tdb/mod.ts";
import { recordValue, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { parseScenario, scenarioFiles } from "../../../testing/scenario/mod.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { addSambaDatabases } from "./support/samba-databases.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { richState, withFlags } from "../../../testing/fake-daemon/fake-state.ts";
import { readSchemas, violations } from "./support/json-schema.ts";

const document = await Deno.readTextFile(new URL("../../../docs/json.md", import.meta.url));
const { definitions, commands } = readSchemas(document);
const bytes = (text: string) => new TextEncoder().encode(text);

/** Command lines by the command whose schema they are held against. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  version: ["version"],
  status: ["status", "-n 1 status"],
  nodestatus: ["nodestatus", "nodestatus all"],
  uptime: ["uptime"],
  ping: ["ping"],
  runstate: ["runstate", "runstate running"],
  getvar: ["getvar MonitorInterval"],
  listvars: ["listvars"],
  statistics: ["statistics"],
  stats: ["stats", "stats 1"],
  ip: ["ip", "ip all", "-v ip all"],
  ipinfo: ["ipinfo 10.0.0.31", "ipinfo 10.0.0.32"],
  ifaces: ["ifaces"],
  "process-exists": ["process-exists 1", "process-exists 1 0x12"],
  getdbmap: ["getdbmap"],
  getdbstatus: ["getdbstatus registry.tdb"],
  catdb: ["catdb brlock.tdb"],
  cattdb: ["cattdb brlock.tdb"],
  getcapabilities: ["getcapabilities"],
  pnn: ["pnn"],
  leader: ["leader"],
  getpid: ["getpid"],
  getreclock: ["getreclock"],
  getdebug: ["getdebug"],
  dumpmemory: ["dumpmemory"],
  rddumpmemory: ["rddumpmemory"],
  gettickles: ["gettickles 10.0.0.31"],
  listnodes: ["listnodes"],
  dumpdbbackup: ["dumpdbbackup brlock.bak"],
  pfetch: ["pfetch registry.tdb colour", "pfetch registry.tdb nothing"],
  readkey: ["readkey brlock.tdb key"],
  tfetch: ["tfetch copy.tdb key"],
  getdbseqnum: ["getdbseqnum registry.tdb"],
  dbstatistics: ["dbstatistics registry.tdb"],
  event: ["event status legacy monitor", "event script list legacy"],
  scriptstatus: ["scriptstatus", "scriptstatus startup"],
  natgw: ["natgw leader", "natgw list", "natgw status"],
  lvs: ["lvs leader", "lvs list", "lvs status"],
  ipalloc: ["ipalloc", "ipalloc --explain --down=2"],
  openfiles: ["openfiles", "openfiles --pid=1"],
  brlocks: ["brlocks"],
  sessions: ["sessions"],
  doctor: ["doctor --quick"],
  ready: ["ready"],
  "safe-to-stop": ["safe-to-stop", "safe-to-stop 1"],
  token: ["token list", "token create --role=operator", "token revoke 0123456789ab"],
  events: ["events"],
  history: ["history --minutes=3"],
  top: ["top --once", "-n 1 top --once"],
};

/** The commands that scenarios run with `--json`, where their documents are checked. */
async function scenarioCommands(): Promise<readonly string[]> {
  const folder = new URL("./scenarios/", import.meta.url);
  const texts = await Promise.all(
    scenarioFiles(folder).map(({ file }) => Deno.readTextFile(file)),
  );
  const lines = texts.flatMap((text) => parseScenario(text).steps).map(({ line }) =>
    line.split(" ")
  );
  return lines.filter((words) => words.includes("--json"))
    .flatMap((words) => commandTable.find(({ name }) => words.includes(name))?.name ?? []);
}

Deno.test("every command that prints data has a schema, and no other", async () => {
  const printing = commandTable.filter(({ json }) => json).map(({ name }) => name).sort();
  assert.deepEqual([...commands.keys()].sort(), printing);
  const tried = new Set([...Object.keys(LINES), ...await scenarioCommands()]);
  assert.deepEqual([...tried].sort(), printing);
});

Deno.test("--json prints what the schemas say", async (t) => {
  const base = await Deno.makeTempDir({ prefix: "ctdb-json-" });
  const env = {
    CTDB_TEST_MODE: "yes",
    CTDB_BASE: base,
    CTDB_NATGW_HELPER: `${base}/natgw`,
    CTDB_LVS_HELPER: `${base}/lvs`,
  };
  await writeHelper(`${base}/natgw`, "0 10.0.0.1", "10.0.0.1\tLEADER\n10.0.0.2\tfollower-only");
  await writeHelper(`${base}/lvs`, "0", "0 10.0.0.1\n1 10.0.0.2");
  await Deno.writeTextFile(`${base}/nodes`, "192.168.20.41\n#192.168.20.42\n192.168.20.43\n");
  const state = { ...richState(), nodes: withFlags({ 2: 0x20 }).nodes };
  state.tickles.push({ source: "10.0.0.5", destination: "10.0.0.31" });
  addSambaDatabases(state);
  await using _daemon = await FakeDaemon.start(base, state);
  await Deno.mkdir(`${base}/share/events/legacy`, { recursive: true });
  await Deno.mkdir(`${base}/events/legacy`, { recursive: true });
  await Deno.writeTextFile(`${base}/share/events/legacy/00.ctdb.script`, "#!/bin/sh\n");
  await Deno.writeTextFile(`${base}/events/legacy/99.own.script`, "#!/bin/sh\n", { mode: 0o755 });
  const events = await answerEvents(`${base}/run/eventd.socket`);
  const admin = await answerAdmin(`${base}/run/admin.socket`);
  fill(`${base}/var/db/brlock.tdb`, "key", "value");
  fill(`${base}/var/db/registry.tdb`, "colour", "green");
  // A lock that nobody holds.
  fill(`${base}/var/db/g_lock.tdb`, "transaction_db_0x6cf2837d\0", "");
  fill(`${base}/copy.tdb`, "key", "value");
  const run = (line: string) =>
    runProgram(ctdb, line.split(" "), { program: "ctdb", env, cwd: base });
  await run(`backupdb brlock.tdb ${base}/brlock.bak`);
  for (const [name, lines] of Object.entries(LINES)) {
    for (const line of lines) {
      await t.step(line, async () => {
        const placed = line.replace(/\S+\.bak|copy\.tdb/, (file) => `${base}/${file}`);
        const { stdout, stderr } = await run(`--json ${placed}`);
        assert.equal(stderr, "");
        assert.deepEqual(violations(JSON.parse(stdout), commands.get(name)!, definitions), []);
      });
    }
  }
  await events.close();
  await admin.close();
  await Deno.remove(base, { recursive: true });
});

/** An admin API that knows of one event and one token. */
async function answerAdmin(path: string): Promise<OpenDoor> {
  const story = new Story();
  const event = eventDocument(story.record({ kind: "link-up", peer: 1 }, 0));
  const stored = { id: "0123456789ab", name: "n", role: "viewer", hash: "" } as const;
  const token = tokenDocument({ ...stored, created_ms: 0, expires_ms: null });
  const answers: Readonly<Record<string, unknown>> = {
    "GET /v1/events": { events: [event] },
    "GET /v1/history": { events: [event] },
    "GET /v1/safe-to-stop": {
      node: 1,
      ok: false,
      reason: "it is the last",
      reasons: ["it is the last"],
      silent: [{ node: 2, since: "2026-01-31T12:00:00.000Z" }],
    },
    "GET /v1/tokens": { tokens: [token] },
    "POST /v1/tokens": { ...token, token: "ctdb_0123456789ab_0" },
    "DELETE /v1/tokens/0123456789ab": { revoked: "0123456789ab" },
  };
  const fetch = (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/readyz") return new Response("[+] recovery: normal\n");
    return Response.json(answers[`${request.method} ${pathname}`]);
  };
  return await openUnixDoor(path, { fetch });
}

/** An event daemon that knows of one run of `monitor`. */
function answerEvents(path: string): Promise<EventServer> {
  const begin_us = 1_795_329_000_000_000n;
  const script = { begin_us, end_us: begin_us + 250_000n, output: "" };
  const record: EventRecord = {
    summary: 3,
    scripts: [
      { ...script, name: "00.ctdb", result: 0 },
      { ...script, name: "05.off", result: -Errno.ENOEXEC },
      { ...script, name: "10.interface", result: 3, output: "eth0 is down\n" },
      { ...script, name: "50.samba", result: -Errno.ENODATA },
    ],
  };
  const service: EventService = {
    run: () => Promise.resolve(Errno.EINVAL),
    status: (_component, event) =>
      Promise.resolve(event === "monitor" ? { result: 0, record } : { result: Errno.EINVAL }),
    setScript: () => Promise.resolve(Errno.EINVAL),
  };
  return EventServer.listen({ path, service, log: nullLogger });
}

/** A helper of a node group that prints what such helpers print. */
async function writeHelper(path: string, leader: string, list: string): Promise<void> {
  const status = "pnn:0 10.0.0.1         OK (THIS NODE)\npnn:1 10.0.0.2         STOPPED|INACTIVE";
  const script = `#!/bin/sh
case "$1" in
leader) printf '%s\\n' '${leader}' ;;
list) printf '%s\\n' '${list}' ;;
status) printf '%s\\n' '${status}' ;;
esac
`;
  await Deno.writeTextFile(path, script);
  await Deno.chmod(path, 0o755);
}

/** Makes a database with one record that belongs to node 0, so that nothing has to be moved. */
function fill(path: string, key: string, value: string): void {
  const tdb = openTdb(path, { flags: TdbFlag.DEFAULT });
  const header = { rsn: 7n, dmaster: 0, flags: 0x0001_0000 };
  tdb.store(bytes(key), recordValue(header, bytes(value)));
  tdb.close();
}

Deno.test("--json says null where there is nothing", async () => {
  const base = await Deno.makeTempDir({ prefix: "ctdb-json-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  await using _daemon = await FakeDaemon.start(base, {
    ...richState(),
    generation: 1,
    leader: UNKNOWN_PNN,
    clusterLock: null,
  });
  const json = async (...args: string[]) =>
    JSON.parse((await runProgram(ctdb, ["--json", ...args], { program: "ctdb", env })).stdout);
  assert.deepEqual(await json("-t", "1", "leader"), { leader: null });
  assert.deepEqual(await json("getreclock"), { cluster_lock: null });
  const status = await json("-t", "1", "status");
  assert.equal(status.vnn_status.generation, null);
  assert.deepEqual(violations(status, commands.get("status")!, definitions), []);
  await Deno.remove(base, { recursive: true });
});
