import {
  type ByteLock,
  denyMode,
  type FileId,
  fileIdText,
  isDisconnected,
  type Lease,
  leaseLetters,
  type OpenFile,
  type OpenHandle,
  OpLock,
  opLockText,
  pathOf,
  readWrite,
  type RecordWatcher,
  type ShareModeData,
  type ShareModeEntry,
  shareWords,
  type TreeConnect,
} from "../../../lib/samba/mod.ts";
import { databaseId, type ServerId } from "../../../lib/wire/mod.ts";

/** Decoded records in the words of the vectors, so that they can be compared whole. @module */

type Words = Record<string, unknown>;

function defined(words: Words): Words {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

export function serverWords(id: ServerId): Words {
  const { pid, taskId, vnn, uniqueId } = id;
  const node = vnn === 0xffff_ffff ? "" : `${vnn}:`;
  const text = isDisconnected(id)
    ? "disconnected"
    : `${node}${pid}${taskId === 0 ? "" : `.${taskId}`}/${uniqueId}`;
  return { pid: `${pid}`, task_id: taskId, vnn, unique_id: `${uniqueId}`, text };
}

export function fileWords(id: FileId): Words {
  const { devid, inode, extid } = id;
  return { devid: `${devid}`, inode: `${inode}`, extid: `${extid}`, text: fileIdText(id) };
}

const SUMMARY: readonly string[] = [
  "lease_read",
  "lease_write",
  "lease_handle",
  "access_read",
  "access_write",
  "access_delete",
  "share_read",
  "share_write",
  "share_delete",
];

function dataWords(data: ShareModeData): Words {
  return defined({
    content_epoch: `${data.contentEpoch}`,
    flags: data.flags,
    flag_names: SUMMARY.filter((_, i) => (data.flags & (1 << i)) !== 0),
    servicepath: data.servicepath,
    base_name: data.baseName,
    stream_name: data.streamName ?? null,
    path: pathOf(data),
    num_delete_tokens: data.deleteTokens.length,
    delete_token_name_hashes: data.deleteTokens,
    file_id: fileWords(data.fileId),
    num_persistent: data.persistentHandles,
  });
}

function entryWords(entry: ShareModeEntry, path: string): Words {
  const text = opLockText(entry, undefined);
  const oplock = entry.opType === OpLock.LEASE ? "LEASE" : text;
  return defined({
    server_id: serverWords(entry.serverId),
    op_mid: `${entry.opMid}`,
    op_type: entry.opType,
    op_type_name: oplock,
    client_guid: entry.clientGuid,
    create_guid: entry.createGuid,
    lease_key: entry.leaseKey.map(String),
    access_mask: `0x${entry.accessMask.toString(16).padStart(8, "0")}`,
    share_access: entry.shareAccess,
    share_access_names: shareWords(entry.shareAccess),
    time: {
      sec: `${entry.opened_us / 1_000_000n}`,
      usec: Number(entry.opened_us % 1_000_000n),
    },
    share_file_id: `${entry.shareFileId}`,
    uid: entry.uid,
    flags: entry.flags,
    name_hash: entry.nameHash,
    private_options: entry.privateOptions,
    name_hash_is_hash_of_path: entry.nameHash === databaseId(path),
    row: {
      deny_mode: denyMode(entry),
      rw: readWrite(entry),
      oplock,
      stream_base_open: entry.isStreamBase,
      opened_utc: utc(entry.opened_us),
    },
  });
}

function utc(time_us: bigint): string {
  const seconds = new Date(Number(time_us / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${`${time_us % 1_000_000n}`.padStart(6, "0")}Z`;
}

const watcherWords = ({ serverId, instance }: RecordWatcher): Words => ({
  server_id: serverWords(serverId),
  instance: `${instance}`,
});

export function openFileWords({ fileId, watchers, lock, modes }: OpenFile): Words {
  return {
    key: fileWords(fileId),
    watchers: watchers.map(watcherWords),
    g_lock: {
      exclusive: lock.exclusive === undefined ? null : serverWords(lock.exclusive),
      lock_epoch: `${lock.lockEpoch}`,
      data_epoch: `${lock.dataEpoch}`,
      shared: lock.shared.map(serverWords),
    },
    share_mode_data: dataWords(modes!.data),
    entries: modes!.entries.map((entry) => entryWords(entry, pathOf(modes!.data))),
  };
}

export function leaseWords(lease: Lease): Words {
  const names: Record<string, string> = { R: "read", H: "handle", W: "write" };
  const letters = [..."RHW"].filter((letter) => leaseLetters(lease.state).includes(letter));
  return {
    key: { client_guid: lease.clientGuid, lease_key: lease.leaseKey.map(String) },
    current_state: lease.state,
    current_state_names: letters.map((letter) => names[letter]),
    breaking: lease.breaking,
    breaking_to_requested: lease.breakingToRequested,
    breaking_to_required: lease.breakingToRequired,
    lease_version: lease.version,
    epoch: lease.epoch,
    files: lease.files.map(({ fileId, servicepath, baseName, streamName }) => ({
      file_id: fileWords(fileId),
      servicepath,
      base_name: baseName,
      stream_name: streamName ?? null,
    })),
  };
}

export function byteLockWords(lock: ByteLock): Words {
  return {
    smblctx: `${lock.context}`,
    tid: lock.tid,
    server_id: serverWords(lock.serverId),
    start: `${lock.start}`,
    size: `${lock.size}`,
    fnum: `${lock.fnum}`,
    lock_type: lock.type === "READ" ? 0 : 1,
    lock_type_name: lock.type,
    flavour: lock.flavour === "WINDOWS" ? 0 : 1,
    flavour_name: lock.flavour,
  };
}

export function openHandleWords(handle: OpenHandle): Words {
  return defined({
    key: { open_global_id: handle.openGlobalId },
    version: handle.version,
    seqnum: handle.seqnum,
    server_id: serverWords(handle.serverId),
    session_global_id: optionalText(handle.sessionGlobalId),
    tcon_global_id: handle.tconGlobalId,
    open_global_id: handle.openGlobalId,
    open_persistent_id: `${handle.persistentId}`,
    open_volatile_id: `${handle.volatileId}`,
    file_id: handle.fileId === undefined ? undefined : fileWords(handle.fileId),
    name_hash: handle.nameHash,
    owner: handle.owner,
    open_time: `${handle.openTime}`,
    create_guid: handle.createGuid,
    client_guid: handle.clientGuid,
    app_instance_id: handle.appInstanceId,
    create_action: handle.createAction,
    disconnect_time: `${handle.disconnectTime}`,
    durable_timeout_msec: handle.durableTimeout_ms,
    durable: handle.durable,
    persistent: handle.persistent,
    cookie_length: handle.cookieLength,
    channel_sequence: handle.channelSequence,
    channel_generation: `${handle.channelGeneration}`,
  });
}

function optionalText(value: bigint | undefined): string | undefined {
  return value === undefined ? undefined : `${value}`;
}

export function treeConnectWords(connect: TreeConnect): Words {
  return {
    key: { tcon_global_id: connect.tconGlobalId },
    version: connect.version,
    seqnum: connect.seqnum,
    tcon_global_id: connect.tconGlobalId,
    tcon_wire_id: connect.tconWireId,
    server_id: serverWords(connect.serverId),
    creation_time: `${connect.creationTime}`,
    share_name: connect.share,
    encryption_flags: connect.encryptionFlags,
    session_global_id: connect.sessionGlobalId,
    signing_flags: connect.signingFlags,
  };
}
