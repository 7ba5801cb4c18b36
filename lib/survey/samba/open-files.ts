import {
  type FileModes,
  type Lease,
  type OpenFile,
  OpLock,
  readLease,
  readOpenFile,
  sameFile,
  type ShareModeEntry,
} from "../../samba/mod.ts";
import { type ProcessState, processStates } from "./processes.ts";
import { type NotUnderstood, readDatabase, type SambaQuestions } from "./records.ts";

/** Somebody who has a file open. */
export interface OpenHandleFact {
  readonly entry: ShareModeEntry;
  readonly state: ProcessState;
  /** What a lease grants; absent without one, or when its record does not name the file. */
  readonly lease: Lease | undefined;
}

/** A file that somebody has open. */
export interface OpenFileFact {
  readonly file: OpenFile;
  readonly modes: FileModes;
  readonly handles: readonly OpenHandleFact[];
}

/** All open files of the cluster. */
export interface OpenFiles {
  /** Whether any smbd has attached its databases. */
  readonly attached: boolean;
  readonly files: readonly OpenFileFact[];
  readonly notUnderstood: readonly NotUnderstood[];
}

/** The open files database of smbd. */
export const LOCKING_DATABASE = "locking.tdb";
/** Its leases. */
export const LEASES_DATABASE = "leases.tdb";

/**
 * Reads who has which file open on which node (`openfiles.md` 3 to 7). Each record is a snapshot of
 * its own; between two of them time passes.
 *
 * @throws {ControlError} the local daemon refuses
 */
export async function gatherOpenFiles(questions: SambaQuestions): Promise<OpenFiles> {
  const locking = await readDatabase(
    questions,
    LOCKING_DATABASE,
    (key, value, { flags }) => readOpenFile(key, value, flags),
  );
  const open = locking.found.flatMap((file) =>
    file.modes === undefined || file.modes.entries.length === 0 ? [] : [{ file, modes: file.modes }]
  );
  const entries = open.flatMap(({ modes }) => modes.entries);
  const hasLeases = entries.some(({ opType }) => opType === OpLock.LEASE);
  const leases = hasLeases ? await readDatabase(questions, LEASES_DATABASE, readLease) : undefined;
  const leaseOf = leaseFinder(leases?.found ?? []);
  const stateOf = await processStates(questions, entries.map(({ serverId }) => serverId));
  const files = open.map(({ file, modes }) => ({
    file,
    modes,
    handles: modes.entries.map((entry) => ({
      entry,
      state: stateOf(entry.serverId),
      lease: leaseOf(entry, file),
    })),
  }));
  return {
    attached: locking.attached,
    files: files.sort((a, b) => byPath(a.modes, b.modes)),
    notUnderstood: [...locking.notUnderstood, ...leases?.notUnderstood ?? []],
  };
}

function leaseFinder(leases: readonly Lease[]) {
  const byKey = new Map(leases.map((lease) => [leaseName(lease), lease]));
  return (entry: ShareModeEntry, { fileId }: OpenFile): Lease | undefined => {
    if (entry.opType !== OpLock.LEASE) return undefined;
    const lease = byKey.get(leaseName(entry));
    return lease?.files.some((file) => sameFile(file.fileId, fileId)) ? lease : undefined;
  };
}

function leaseName(
  { clientGuid, leaseKey }: Pick<Lease, "clientGuid" | "leaseKey">,
): string {
  return `${clientGuid}/${leaseKey.join("/")}`;
}

function byPath(a: FileModes, b: FileModes): number {
  const [one, other] = [a, b].map(({ data }) =>
    [
      data.servicepath,
      data.baseName,
      data.streamName ?? "",
    ].join("/")
  );
  return one! < other! ? -1 : one === other ? 0 : 1;
}
