import type { ServerId } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";
import { type FileId, readFileId, readServerId } from "./identities.ts";
import { NdrReader, PRESENT_POINTER } from "./ndr-reader.ts";
import { readWatchers } from "./record-headers.ts";

/** What stands in front of each record of the `smbXsrv` databases (`openfiles.md` 9.1). */
export interface SmbdRecordHead {
  /** 0 up to 4.24, 1 since 4.25. */
  readonly version: number;
  /** Counts how often the record was stored. */
  readonly seqnum: number;
}

/** NTTIME of 1 January 1970, in its steps of 100 ns since 1601. */
const NTTIME_OF_1970 = 116_444_736_000_000_000n;

/** Microseconds since 1970 of an NTTIME; `undefined` for 0, which means never. */
export function ntTime_us(time: bigint): bigint | undefined {
  return time === 0n ? undefined : (time - NTTIME_OF_1970) / 10n;
}

function readHead(r: NdrReader): SmbdRecordHead {
  const version = r.u32();
  const seqnum = r.u32();
  const again = r.u32();
  const pointer = r.u32();
  const known = version === again && (version === 0 || version === 1) && pointer !== 0 &&
    (version === 0 || pointer === PRESENT_POINTER);
  if (!known) {
    throw new SambaFormatError(`Read a record of smbd: version ${version} and ${again}`);
  }
  return { version, seqnum };
}

/** The global id in a key, in network order. */
function idOfKey(key: Uint8Array): number {
  if (key.length !== 4) throw new SambaFormatError(`Read an id: ${key.length} bytes`);
  return new DataView(key.buffer, key.byteOffset).getUint32(0, false);
}

function checkId(kind: string, key: Uint8Array, id: number): void {
  if (id === idOfKey(key)) return;
  throw new SambaFormatError(`Read ${kind} ${idOfKey(key)}: it is of ${id}`);
}

/** A handle: a record of `smbXsrv_open_global.tdb` (`openfiles.md` 9.3). */
export interface OpenHandle extends SmbdRecordHead {
  readonly serverId: ServerId;
  readonly openGlobalId: number;
  readonly persistentId: bigint;
  readonly volatileId: bigint;
  /** Since 4.24. */
  readonly sessionGlobalId: bigint | undefined;
  readonly tconGlobalId: number | undefined;
  /** Since 4.25. */
  readonly fileId: FileId | undefined;
  readonly nameHash: number | undefined;
  readonly owner: string;
  /** NTTIME. */
  readonly openTime: bigint;
  readonly createGuid: string;
  readonly clientGuid: string;
  readonly appInstanceId: string;
  readonly createAction: number | undefined;
  /** NTTIME; 0 while its client is there. */
  readonly disconnectTime: bigint;
  readonly durableTimeout_ms: number;
  readonly durable: boolean;
  readonly persistent: boolean | undefined;
  readonly cookieLength: number;
  readonly channelSequence: number;
  readonly channelGeneration: bigint;
}

const LOCK_SEQUENCE_SIZE = 64;

/**
 * A record of `smbXsrv_open_global.tdb`.
 *
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readOpenHandle(key: Uint8Array, value: Uint8Array): OpenHandle {
  const version = value.length < 4 ? -1 : new DataView(value.buffer, value.byteOffset).getUint32(
    0,
    true,
  );
  const layouts = version === 1 ? [NEWEST_OPEN] : [OPEN_424, OPEN_417];
  let refused: unknown;
  for (const layout of layouts) {
    try {
      return readOpenAs(layout, key, value);
    } catch (error) {
      refused ??= error;
    }
  }
  throw refused;
}

interface OpenLayout {
  /** Zeros in front of the body. */
  readonly zeros: number;
  readonly hasConnection: boolean;
  readonly hasCreateAction: boolean;
  /** The file, versions of the application instance and the persistence mark. */
  readonly hasFile: boolean;
}

const OPEN_417: OpenLayout = {
  zeros: 8,
  hasConnection: false,
  hasCreateAction: false,
  hasFile: false,
};
const OPEN_424: OpenLayout = { ...OPEN_417, zeros: 0, hasConnection: true, hasCreateAction: true };
const NEWEST_OPEN: OpenLayout = { ...OPEN_424, hasFile: true };

function readOpenAs(layout: OpenLayout, key: Uint8Array, value: Uint8Array): OpenHandle {
  const r = new NdrReader(value);
  const head = readHead(r);
  r.skip(layout.zeros);
  const serverId = readServerId(r);
  const sessionGlobalId = layout.hasConnection ? r.hyper() : undefined;
  const tconGlobalId = layout.hasConnection ? r.u32() : undefined;
  const openGlobalId = r.u32();
  checkId("handle", key, openGlobalId);
  const persistentId = r.hyper();
  const volatileId = r.hyper();
  const fileId = layout.hasFile ? readFileId(r) : undefined;
  const nameHash = layout.hasFile ? r.u32() : undefined;
  const owner = r.sid();
  const openTime = r.udlong();
  const [createGuid, clientGuid, appInstanceId] = [r.guid(), r.guid(), r.guid()];
  if (layout.hasFile) r.hyper(), r.hyper(); // version of the application instance
  const createAction = layout.hasCreateAction ? r.u32() : undefined;
  const disconnectTime = r.udlong();
  const durableTimeout_ms = r.u32();
  const durable = r.u8() !== 0;
  const persistent = layout.hasFile ? r.u8() !== 0 : undefined;
  const cookieLength = r.countedBytes().length;
  const channelSequence = r.u16();
  const channelGeneration = r.hyper();
  r.skip(LOCK_SEQUENCE_SIZE);
  if (r.remaining !== 0) throw new SambaFormatError(`Read a handle: ${r.remaining} bytes left`);
  return {
    ...head,
    serverId,
    sessionGlobalId,
    tconGlobalId,
    openGlobalId,
    persistentId,
    volatileId,
    fileId,
    nameHash,
    owner,
    openTime,
    createGuid,
    clientGuid,
    appInstanceId,
    createAction,
    disconnectTime,
    durableTimeout_ms,
    durable,
    persistent,
    cookieLength,
    channelSequence,
    channelGeneration,
  };
}

/** A connection to a share: a record of `smbXsrv_tcon_global.tdb` (`openfiles.md` 9.4). */
export interface TreeConnect extends SmbdRecordHead {
  readonly tconGlobalId: number;
  readonly tconWireId: number;
  readonly serverId: ServerId;
  /** NTTIME. */
  readonly creationTime: bigint;
  readonly share: string;
  readonly encryptionFlags: number;
  readonly sessionGlobalId: number;
  readonly signingFlags: number;
}

/**
 * A record of `smbXsrv_tcon_global.tdb`.
 *
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readTreeConnect(key: Uint8Array, value: Uint8Array): TreeConnect {
  const r = new NdrReader(value);
  const head = readHead(r);
  r.skip(4);
  const tconGlobalId = r.u32();
  checkId("connection", key, tconGlobalId);
  const tconWireId = r.u32();
  const serverId = readServerId(r);
  const creationTime = r.udlong();
  const share = r.text();
  const encryptionFlags = r.u8();
  const sessionGlobalId = r.u32();
  const signingFlags = r.u8();
  return {
    ...head,
    tconGlobalId,
    tconWireId,
    serverId,
    creationTime,
    share,
    encryptionFlags,
    sessionGlobalId,
    signingFlags,
  };
}

/** What may be shown of a record of `smbXsrv_session_global.tdb` (`openfiles.md` 9.5). */
export interface Session extends SmbdRecordHead {
  readonly sessionGlobalId: number;
  readonly sessionWireId: bigint;
  /** NTTIME. */
  readonly creationTime: bigint;
  /** NTTIME; 0 or its greatest value when it does not end by itself. */
  readonly expirationTime: bigint;
  /** NTTIME. */
  readonly authTime: bigint;
}

/**
 * The first fields of a session. What follows are tokens and keys: whoever has those has the
 * session, so nothing of them is read here.
 *
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readSession(key: Uint8Array, value: Uint8Array): Session {
  const { rest } = readWatchers(value);
  const r = new NdrReader(rest);
  const head = readHead(r);
  r.skip(4);
  const sessionGlobalId = r.u32();
  checkId("session", key, sessionGlobalId);
  return {
    ...head,
    sessionGlobalId,
    sessionWireId: r.hyper(),
    creationTime: r.udlong(),
    expirationTime: r.udlong(),
    authTime: r.udlong(),
  };
}

/** A node that has started smbd: part of the record of `smbXsrv_version_global.tdb`. */
export interface SmbdVersionNode {
  readonly serverId: ServerId;
  readonly least: number;
  readonly greatest: number;
  readonly current: number;
}

const VERSION_NODE_SIZE = 36;

/**
 * The record of `smbXsrv_version_global.tdb` (`openfiles.md` 9.6).
 *
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readSmbdVersions(
  value: Uint8Array,
): SmbdRecordHead & { readonly nodes: readonly SmbdVersionNode[] } {
  const r = new NdrReader(value);
  const head = readHead(r);
  // The older layout has a zero first, the newer one a gap behind.
  const [first, second] = [r.u32(), r.u32()];
  const count = first === 0 ? second : first;
  if (count * VERSION_NODE_SIZE > r.remaining) {
    throw new SambaFormatError(`Read versions of smbd: ${count} nodes in ${r.remaining} bytes`);
  }
  const nodes = Array.from({ length: count }, () => ({
    serverId: readServerId(r),
    least: r.u32(),
    greatest: r.u32(),
    current: r.u32(),
  }));
  return { ...head, nodes };
}
