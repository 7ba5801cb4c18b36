import { MAX_TOLD_CLIENTS, MAX_TOLD_DATABASES, MAX_TOLD_SRVIDS } from "../limits/mod.ts";
import type { SeenClient, SeenClients } from "../survey/mod.ts";
import type { ClientSession } from "./client-session.ts";

/** A page of `sessions`, which are in the order of their serials: those behind `after`. */
export function clientPage(
  sessions: ReadonlyMap<number, ClientSession>,
  after: number,
): SeenClients {
  const clients: SeenClient[] = [];
  for (const session of sessions.values()) {
    if (session.serial <= after) continue;
    if (clients.length >= MAX_TOLD_CLIENTS) return { total: sessions.size, clients, more: true };
    clients.push(viewOf(session));
  }
  return { total: sessions.size, clients, more: false };
}

function viewOf(session: ClientSession): SeenClient {
  const { serial, pid, since_ms, connection, srvids, databases, controls } = session;
  return {
    serial,
    pid,
    uid: connection.uid,
    since_ms,
    queued: { frames: connection.queuedFrames, bytes: connection.queuedBytes },
    srvids: { total: srvids.length, first: srvids.slice(0, MAX_TOLD_SRVIDS) },
    databases: {
      total: databases.size,
      first: databases.values().take(MAX_TOLD_DATABASES).toArray(),
    },
    controls: controls.size,
  };
}
