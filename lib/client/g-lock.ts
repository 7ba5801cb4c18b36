import { LONGEST_G_LOCK_RETRY_MS } from "../limits/mod.ts";
import type { ServerId } from "../wire/mod.ts";
import { pause } from "./chain-locks.ts";
import type { ClusterClient } from "./cluster-client.ts";
import { ControlError, DatabaseError } from "./errors.ts";
import { ctdbFormat, type GLockFormat, type GLockState, sambaFormat } from "./g-lock-formats.ts";
import { hasEnded } from "./lock-owners.ts";
import type { FetchOptions, LockedRecord } from "./locked-record.ts";

/** The database in which locks for the whole cluster are. */
export const G_LOCK_DATABASE = "g_lock.tdb";

/**
 * Which programs a lock keeps out: the `ctdb` tool and others of its library, or Samba's. They use
 * the same records in two formats, and nothing keeps one kind from the other.
 */
export type GLockKind = "ctdb" | "samba";

const FORMATS: Readonly<Record<GLockKind, GLockFormat>> = {
  ctdb: ctdbFormat,
  samba: sambaFormat as GLockFormat,
};

const EMPTY = new Uint8Array();
const FIRST_RETRY_MS = 1;

/** What a lock needs of `g_lock.tdb`. */
export interface GLockRecords {
  fetchLocked(key: Uint8Array, options?: FetchOptions): Promise<LockedRecord>;
}

/** Who wants a lock, and how it is written. */
export interface GLockOptions {
  readonly owner: ServerId;
  /** Default: `ctdb`. */
  readonly kind?: GLockKind;
  readonly signal?: AbortSignal;
}

/**
 * Takes the write lock `name` of the whole cluster (`records.md` 11.3) and returns what gives it up.
 * Waits while a process that exists holds it; the lock of one that is gone is taken over.
 *
 * @throws {DatabaseError} the owner holds it already
 */
export async function lockGlobally(
  client: ClusterClient,
  records: GLockRecords,
  name: string,
  options: GLockOptions,
): Promise<() => Promise<void>> {
  const { owner, signal } = options;
  const format = FORMATS[options.kind ?? "ctdb"];
  const key = new TextEncoder().encode(`${name}\0`);
  const fetching = signal === undefined ? {} : { signal };
  for (let delay_ms = FIRST_RETRY_MS;;) {
    const holders = await tryLock(records, key, format, owner, fetching);
    if (holders.length === 0) return () => unlock(records, key, format, owner);
    const gone = await findGone(client, holders);
    if (gone.length > 0) await removeHolders(records, key, format, gone, fetching);
    else await pause(delay_ms, signal);
    delay_ms = Math.min(delay_ms * 2, LONGEST_G_LOCK_RETRY_MS);
  }
}

/** Takes the lock if nobody holds it; otherwise returns who does. */
async function tryLock(
  records: GLockRecords,
  key: Uint8Array,
  format: GLockFormat,
  owner: ServerId,
  options: FetchOptions,
): Promise<readonly ServerId[]> {
  using record = await records.fetchLocked(key, options);
  const state = format.parse(record.value ?? EMPTY);
  const holders = holdersOf(state);
  if (holders.some((holder) => same(holder, owner))) {
    throw new DatabaseError(`Lock twice: ${new TextDecoder().decode(key)}`);
  }
  if (holders.length === 0) record.store(format.withWriter(state, owner));
  return holders;
}

async function unlock(
  records: GLockRecords,
  key: Uint8Array,
  format: GLockFormat,
  owner: ServerId,
): Promise<void> {
  using record = await records.fetchLocked(key);
  const state = format.parse(record.value ?? EMPTY);
  if (state.writer === undefined || !same(state.writer, owner)) {
    throw new DatabaseError(`Unlock what another holds: ${new TextDecoder().decode(key)}`);
  }
  storeOrDelete(record, format.withWriter(state, undefined));
}

function storeOrDelete(record: LockedRecord, value: Uint8Array): void {
  if (value.length === 0) record.delete();
  else record.store(value);
}

function holdersOf({ writer, readers }: GLockState): readonly ServerId[] {
  return writer === undefined ? readers : [...readers, writer];
}

async function findGone(
  client: ClusterClient,
  holders: readonly ServerId[],
): Promise<readonly ServerId[]> {
  const exist = await Promise.all(holders.map((holder) => exists(client, holder)));
  return holders.filter((_, i) => !exist[i]);
}

/** Whether the process is a client of its daemon; one whose daemon cannot say is taken to be. */
async function exists(client: ClusterClient, holder: ServerId): Promise<boolean> {
  if (hasEnded(holder)) return false;
  const { pid, vnn } = holder;
  try {
    await client.control(vnn, "PROCESS_EXISTS", Number(BigInt.asIntN(32, pid)));
    return true;
  } catch (error) {
    if (error instanceof ControlError) return false;
    throw error;
  }
}

async function removeHolders(
  records: GLockRecords,
  key: Uint8Array,
  format: GLockFormat,
  gone: readonly ServerId[],
  options: FetchOptions,
): Promise<void> {
  using record = await records.fetchLocked(key, options);
  const state = format.parse(record.value ?? EMPTY);
  const isGone = (id: ServerId) => gone.some((other) => same(id, other));
  const writer = state.writer !== undefined && isGone(state.writer) ? undefined : state.writer;
  const readers = state.readers.filter((reader) => !isGone(reader));
  storeOrDelete(record, format.withWriter({ ...state, readers }, writer));
}

function same(a: ServerId, b: ServerId): boolean {
  return a.pid === b.pid && a.taskId === b.taskId && a.vnn === b.vnn && a.uniqueId === b.uniqueId;
}
