import {
  attachDatabase,
  type AttachOptions,
  type DatabaseKind,
} from "../../../../lib/client/mod.ts";
import {
  type DbEntry,
  DbFlag,
  idText,
  INACTIVE_FLAGS,
  NodeFlag,
  RecoveryMode,
} from "../../../../lib/wire/mod.ts";
import { attachFailure, connectedPeers } from "./attach.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { findDatabase, isVolatile, lookUpDatabase, noSuchDatabase } from "./find-database.ts";
import { nodeMap } from "../nodes/node-map.ts";

export const commands = {
  getdbmap,
  getdbstatus,
  getdbseqnum,
  setdbreadonly: (call) => setFlag(call, "SET_DB_READONLY", "READONLY"),
  setdbsticky: (call) => setFlag(call, "SET_DB_STICKY", "STICKY"),
  attach,
  detach,
} satisfies ClusterCommands;

/** A database as `getdbmap` shows it. */
interface ShownDatabase extends DbEntry {
  readonly name: string;
  readonly path: string;
  /** Why it is unhealthy; `null` when it is well. */
  readonly health: string | null;
}

/** Flag words in the order of printing; those of the machine form stand elsewhere. */
const FLAG_WORDS: readonly (readonly [flag: number, word: string])[] = [
  [DbFlag.PERSISTENT, "PERSISTENT"],
  [DbFlag.STICKY, "STICKY"],
  [DbFlag.READONLY, "READONLY"],
  [DbFlag.REPLICATED, "REPLICATED"],
];

async function getdbmap(call: ClusterCall): Promise<void> {
  const map = await call.ask(call.target, "GET_DBMAP", undefined);
  const shown: ShownDatabase[] = [];
  const print = () =>
    call.print({
      human: () => `Number of databases:${map.length}\n${shown.map(humanRow).join("")}`,
      machine: () => machineRows(call, shown),
      json: () => ({ pnn: call.target, databases: shown.map(databaseJson) }),
    });
  try {
    for (const entry of map) shown.push(await describe(call, entry));
  } catch (error) {
    // What was found out so far is shown, as the C tool prints while it asks.
    if (error instanceof CommandFailure && !call.options.json) print();
    throw error;
  }
  print();
}

async function describe(call: ClusterCall, entry: DbEntry): Promise<ShownDatabase> {
  const { dbId } = entry;
  const name = await call.ask(call.target, "GET_DBNAME", dbId);
  const path = await call.ask(call.target, "GETDBPATH", dbId);
  return { ...entry, name, path, health: await call.ask(call.target, "DB_GET_HEALTH", dbId) };
}

function humanRow(db: ShownDatabase): string {
  const words = FLAG_WORDS.filter(([flag]) => (db.flags & flag) !== 0).map(([, word]) => word);
  if (db.health !== null) words.push("UNHEALTHY");
  return [`dbid:${idText(db.dbId)} name:${db.name} path:${db.path}`, ...words].join(" ") + "\n";
}

function machineRows(call: ClusterCall, shown: readonly ShownDatabase[]): string {
  const header = [
    "ID",
    "Name",
    "Path",
    "Persistent",
    "Sticky",
    "Unhealthy",
    "Readonly",
    "Replicated",
  ];
  const rows = shown.map((db) => {
    const has = (flag: number) => (db.flags & flag) === 0 ? 0 : 1;
    return [
      `0x${db.dbId.toString(16).toUpperCase().padStart(8, "0")}`,
      db.name,
      db.path,
      has(DbFlag.PERSISTENT),
      has(DbFlag.STICKY),
      db.health === null ? 0 : 1,
      has(DbFlag.READONLY),
      has(DbFlag.REPLICATED),
    ];
  });
  return call.rows([header, ...rows]);
}

function databaseJson({ dbId, name, path, flags, health }: ShownDatabase): unknown {
  return {
    id: idText(dbId),
    name,
    path,
    persistent: (flags & DbFlag.PERSISTENT) !== 0,
    replicated: (flags & DbFlag.REPLICATED) !== 0,
    sticky: (flags & DbFlag.STICKY) !== 0,
    readonly: (flags & DbFlag.READONLY) !== 0,
    health,
  };
}

async function getdbstatus(call: ClusterCall): Promise<void> {
  const db = await findDatabase(call, call.operand(0));
  const path = await call.ask(call.target, "GETDBPATH", db.dbId);
  const health = await call.ask(call.target, "DB_GET_HEALTH", db.dbId);
  const word = (flag: number) => (db.flags & flag) === 0 ? "no" : "yes";
  call.print({
    human: () =>
      `dbid: ${idText(db.dbId)}\nname: ${db.name}\npath: ${path}\n` +
      `PERSISTENT: ${word(DbFlag.PERSISTENT)}\nREPLICATED: ${word(DbFlag.REPLICATED)}\n` +
      `STICKY: ${word(DbFlag.STICKY)}\nREADONLY: ${word(DbFlag.READONLY)}\n` +
      `HEALTH: ${health ?? "OK"}\n`,
    json: () => databaseJson({ ...db, path, health }),
  });
}

async function getdbseqnum(call: ClusterCall): Promise<void> {
  const operand = call.operand(0);
  const db = await findDatabase(call, operand);
  const then = `Failed to get sequence number for DB ${operand}`;
  const seqnum = await call.ask(call.client.pnn, "GET_DB_SEQNUM", db.dbId, then);
  call.print({
    human: () => `0x${seqnum.toString(16)}\n`,
    json: () => ({ id: idText(db.dbId), name: db.name, seqnum: String(seqnum) }),
  });
}

async function setFlag(
  call: ClusterCall,
  control: "SET_DB_READONLY" | "SET_DB_STICKY",
  word: string,
): Promise<void> {
  const db = await findDatabase(call, call.operand(0));
  if (!isVolatile(db)) call.fail(1, `${word} can be set only on volatile DB`);
  await call.ask(call.target, control, db.dbId);
}

/** What the second operand of `attach` asks for. */
const ATTACH_WORDS: Readonly<Record<string, AttachOptions>> = {
  persistent: { kind: "persistent" },
  replicated: { kind: "replicated" },
  readonly: { readonly: true },
  sticky: { sticky: true },
};

async function attach(call: ClusterCall): Promise<void> {
  const name = call.operand(0);
  const word = call.operands[1];
  const wanted = word === undefined ? {} : ATTACH_WORDS[word] ?? call.usage(word);
  const kind: DatabaseKind = wanted.kind ?? "volatile";
  const peers = wanted.readonly || wanted.sticky ? await connectedPeers(call) : [];
  try {
    const options = { ...wanted, kind, peers, signal: call.signal, timeout_ms: call.timeLimit_ms };
    using database = await attachDatabase(call.client, name, options);
    database.close();
  } catch (error) {
    throw attachFailure(error, name);
  }
}

async function detach(call: ClusterCall): Promise<number> {
  if (await call.ask(call.target, "GET_RECMODE", undefined) !== RecoveryMode.NORMAL) {
    call.fail(1, "Database cannot be detached when recovery is active");
  }
  const gone = NodeFlag.DISCONNECTED | NodeFlag.DELETED;
  for (const { pnn, flags } of await nodeMap(call)) {
    if ((flags & gone) === 0) await checkDetachable(call, pnn, flags);
  }
  let status = 0;
  for (const operand of call.operands) status = await detachOne(call, operand) ?? status;
  return status;
}

async function checkDetachable(call: ClusterCall, pnn: number, flags: number): Promise<void> {
  if ((flags & INACTIVE_FLAGS) !== 0) {
    const what = "Database cannot be detached on inactive (stopped or banned) node";
    call.fail(1, `${what} ${pnn}`);
  }
  if (await call.ask(pnn, "GET_TUNABLE", "AllowClientDBAttach") === 1) {
    call.fail(
      1,
      `Database access is still active on node ${pnn}. Set AllowclientDBAttach=0 on all nodes.`,
    );
  }
}

/** Returns the exit status of a database that could not be detached. */
async function detachOne(call: ClusterCall, operand: string): Promise<number | undefined> {
  const db = await lookUpDatabase(call, operand);
  if (db === undefined) {
    call.note(noSuchDatabase(operand));
    return undefined;
  }
  if (!isVolatile(db)) call.fail(1, "Only volatile databases can be detached");
  try {
    await call.send(call.client.pnn, "DB_DETACH", db.dbId);
    return undefined;
  } catch (error) {
    const status = call.report(error, call.client.pnn, "DB_DETACH");
    call.note(`Database ${db.name} detach failed`);
    return status;
  }
}
