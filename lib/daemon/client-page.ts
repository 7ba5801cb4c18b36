import { MAX_TOLD_CLIENTS, MAX_TOLD_DATABASES, MAX_TOLD_SRVIDS } from "../limits/mod.ts";
import type { ClientSession } from "./client-session.ts";

/** A client, as administrators are shown it. */
export interface ClientView {
  /** Grows with each connection: to ask for those behind it. */
  readonly serial: number;
  readonly pid: number;
  readonly uid: number;
  /** When it connected, in ms since the epoch. */
  readonly since_ms: number;
  /** What it has not read yet. */
  readonly queued: { readonly frames: number; readonly bytes: number };
  /** Messages that it listens to: the first, and how many registrations there are. */
  readonly srvids: { readonly total: number; readonly first: readonly bigint[] };
  /** Databases that it has attached: the first, and how many there are. */
  readonly databases: { readonly total: number; readonly first: readonly number[] };
  /** Controls on their way to other nodes. */
  readonly controls: number;
}

/** Some clients in the order in which they connected. */
export interface ClientPage {
  readonly total: number;
  readonly clients: readonly ClientView[];
  /** There are more behind the last one. */
  readonly more: boolean;
}

/** A page of `sessions`, which are in the order of their serials: those behind `after`. */
export function clientPage(
  sessions: ReadonlyMap<number, ClientSession>,
  after: number,
): ClientPage {
  const clients: ClientView[] = [];
  for (const session of sessions.values()) {
    if (session.serial <= after) continue;
    if (clients.length >= MAX_TOLD_CLIENTS) return { total: sessions.size, clients, more: true };
    clients.push(viewOf(session));
  }
  return { total: sessions.size, clients, more: false };
}

function viewOf(session: ClientSession): ClientView {
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
