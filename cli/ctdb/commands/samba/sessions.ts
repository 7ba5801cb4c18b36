/** `ctdb sessions`: who is connected to which share, and how much of everything there is. @module */
import { nodeOf, ntTime_us, serverIdText, type TreeConnect } from "../../../../lib/samba/mod.ts";
import { gatherSessions, type Sessions, type ShareConnection } from "../../../../lib/survey/mod.ts";
import type { Call, ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { localTime, timeJson } from "../../printing/c-time.ts";
import { alignedRows } from "./aligned-rows.ts";
import {
  checkAttached,
  notUnderstoodJson,
  reportNotUnderstood,
  sambaQuestions,
} from "./reading.ts";
import { counted, shownName } from "./shown-text.ts";

export const commands = { sessions } satisfies ClusterCommands;

async function sessions(call: ClusterCall): Promise<number> {
  const read = await gatherSessions(sambaQuestions(call));
  checkAttached(call, read.attached, "smbXsrv_session_global.tdb");
  call.print({
    human: () => sessionsText(read),
    machine: () => connectionRows(call, read.connections),
    json: () => ({
      sessions: read.sessions,
      tree_connects: read.connections.length,
      open_files: read.openFiles,
      leases: read.leases,
      byte_locks: read.byteLocks,
      connections: read.connections.map(connectionJson),
      not_understood: notUnderstoodJson(read.notUnderstood),
    }),
  });
  return reportNotUnderstood(call, read.notUnderstood);
}

function sessionsText(read: Sessions): string {
  const rows = alignedRows(read.connections.map(({ connect, state }) => [
    shownName(connect.share),
    serverIdText(connect.serverId),
    `session ${connect.sessionGlobalId}`,
    localTime(ntTime_us(connect.creationTime) ?? 0n),
    protection(connect),
    state === "alive" ? "" : `(process ${state})`,
  ]));
  const counts = [
    counted(read.sessions, "session"),
    counted(read.connections.length, "tree connect"),
    counted(read.openFiles, "open file"),
    counted(read.leases, "lease"),
    counted(read.byteLocks, "byte lock"),
  ];
  return rows.map((row) => `${row}\n`).join("") + `${counts.join(", ")}\n`;
}

const ENCRYPTION_REQUIRED = 1;
const ENCRYPTED_SEEN = 4;
const SIGNING_REQUIRED = 1;
const SIGNED_SEEN = 2;

/** The best of what protects the packets of a connection. */
function protection({ encryptionFlags, signingFlags }: TreeConnect): string {
  if ((encryptionFlags & (ENCRYPTION_REQUIRED | ENCRYPTED_SEEN)) !== 0) return "encrypted";
  return (signingFlags & (SIGNING_REQUIRED | SIGNED_SEEN)) !== 0 ? "signed" : "plain";
}

const HEADER = ["Share", "Node", "Pid", "State", "Session", "TreeConnect", "Since", "Protection"];

function connectionRows(call: Call, connections: readonly ShareConnection[]): string {
  const rows = connections.map(({ connect, state }) => [
    shownName(connect.share, call.options.separator),
    nodeOf(connect.serverId) ?? "",
    `${connect.serverId.pid}`,
    state,
    connect.sessionGlobalId,
    connect.tconGlobalId,
    timeJson(ntTime_us(connect.creationTime) ?? 0n) ?? "",
    protection(connect),
  ]);
  return call.rows([HEADER, ...rows]);
}

function connectionJson({ connect, state }: ShareConnection): unknown {
  return {
    share: connect.share,
    node: nodeOf(connect.serverId) ?? null,
    pid: Number(connect.serverId.pid),
    state,
    session: connect.sessionGlobalId,
    tree_connect: connect.tconGlobalId,
    since: timeJson(ntTime_us(connect.creationTime) ?? 0n),
    protection: protection(connect),
  };
}
