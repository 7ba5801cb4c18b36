import {
  readByteLocks,
  readLease,
  readOpenFile,
  readSession,
  readTreeConnect,
  type TreeConnect,
} from "../../samba/mod.ts";
import { BYTE_LOCK_DATABASE } from "./byte-locks.ts";
import { LEASES_DATABASE, LOCKING_DATABASE } from "./open-files.ts";
import { type ProcessState, processStates } from "./processes.ts";
import { type NotUnderstood, readDatabase, type SambaQuestions } from "./records.ts";

/** A client's connection to a share. */
export interface ShareConnection {
  readonly connect: TreeConnect;
  readonly state: ProcessState;
}

/** Who is connected to what, and how much of everything there is. */
export interface Sessions {
  readonly attached: boolean;
  /** Records only: what is in them lets a reader take sessions over. */
  readonly sessions: number;
  readonly connections: readonly ShareConnection[];
  readonly leases: number;
  readonly byteLocks: number;
  readonly openFiles: number;
  readonly notUnderstood: readonly NotUnderstood[];
}

const SESSIONS_DATABASE = "smbXsrv_session_global.tdb";
const CONNECTIONS_DATABASE = "smbXsrv_tcon_global.tdb";

/**
 * Counts sessions and reads connections to shares (`openfiles.md` 9).
 *
 * @throws {ControlError} the local daemon refuses
 */
export async function gatherSessions(questions: SambaQuestions): Promise<Sessions> {
  const sessions = await readDatabase(questions, SESSIONS_DATABASE, (key, value) => {
    return readSession(key, value).sessionGlobalId;
  });
  const connections = await readDatabase(questions, CONNECTIONS_DATABASE, readTreeConnect);
  const leases = await readDatabase(questions, LEASES_DATABASE, readLease);
  const locks = await readDatabase(
    questions,
    BYTE_LOCK_DATABASE,
    (_key, value) => readByteLocks(value).length,
  );
  const files = await readDatabase(
    questions,
    LOCKING_DATABASE,
    (key, value, { flags }) => (readOpenFile(key, value, flags).modes?.entries.length ?? 0) > 0,
  );
  const owners = connections.found.map(({ serverId }) => serverId);
  const stateOf = await processStates(questions, owners);
  return {
    attached: sessions.attached,
    sessions: sessions.found.length,
    connections: connections.found
      .map((connect) => ({ connect, state: stateOf(connect.serverId) }))
      .sort((a, b) => a.connect.tconGlobalId - b.connect.tconGlobalId),
    leases: leases.found.length,
    byteLocks: locks.found.reduce((all, count) => all + count, 0),
    openFiles: files.found.filter((isOpen) => isOpen).length,
    notUnderstood: [sessions, connections, leases, locks, files]
      .flatMap(({ notUnderstood }) => notUnderstood),
  };
}
