import {
  accessWords,
  denyMode,
  fileIdText,
  isDisconnected,
  leaseLetters,
  nodeOf,
  opLockText,
  pathOf,
  readWrite,
  serverIdText,
  shareWords,
} from "../../../../lib/samba/mod.ts";
import type { OpenFileFact, OpenHandleFact } from "../../../../lib/survey/mod.ts";
import type { Call } from "../../framework/call.ts";
import { localTime, timeJson } from "../../printing/c-time.ts";
import { alignedRows } from "./aligned-rows.ts";
import { counted, maskText, shownName } from "./shown-text.ts";

/** All rights that a file has. */
const FULL_CONTROL = 0x001f_01ff;

/** A line for each file, and below it one for each handle. */
export function filesText(files: readonly OpenFileFact[]): string {
  const handles = files.flatMap((file) => file.handles);
  const rows = alignedRows(handles.map(handleCells));
  let at = 0;
  const blocks = files.map((fact) => {
    const head = `${shownName(pathOf(fact.modes.data))} (${fileIdText(fact.file.fileId)})` +
      `${fact.modes.data.deleteTokens.length > 0 ? " delete pending" : ""}\n`;
    return head + fact.handles.map(() => `  ${rows[at++]}\n`).join("");
  });
  const total = `${counted(files.length, "file")}, ${counted(handles.length, "open handle")}\n`;
  return blocks.join("") + total;
}

function handleCells({ entry, state, lease }: OpenHandleFact): string[] {
  const marks = [
    ...(state === "alive" || state === "disconnected" ? [] : [`process ${state}`]),
    ...(entry.isStreamBase ? ["held for a stream"] : []),
    ...(lease?.breaking ? ["lease is breaking"] : []),
  ];
  const words = accessWords(entry.accessMask).join("|");
  const access = entry.accessMask === FULL_CONTROL ? "all" : words === "" ? "none" : words;
  return [
    serverIdText(entry.serverId),
    `uid ${entry.uid}`,
    readWrite(entry),
    denyMode(entry),
    opLockText(entry, lease),
    localTime(entry.opened_us),
    `${maskText(entry.accessMask)} ${access}`,
    marks.map((mark) => `(${mark})`).join(" "),
  ];
}

const HEADER = [
  "Node",
  "Pid",
  "Task",
  "UniqueId",
  "State",
  "Uid",
  "DenyMode",
  "Access",
  "ReadWrite",
  "Oplock",
  "Opened",
  "FileId",
  "SharePath",
  "Name",
];

/** A row for each handle. */
export function filesRows(call: Call, files: readonly OpenFileFact[]): string {
  const { separator } = call.options;
  const rows = files.flatMap(({ file, modes: { data }, handles }) =>
    handles.map(({ entry, state, lease }) => [
      nodeOf(entry.serverId) ?? "",
      isDisconnected(entry.serverId) ? "" : `${entry.serverId.pid}`,
      isDisconnected(entry.serverId) ? "" : entry.serverId.taskId,
      isDisconnected(entry.serverId) ? "" : `${entry.serverId.uniqueId}`,
      state,
      entry.uid,
      denyMode(entry),
      maskText(entry.accessMask),
      readWrite(entry),
      opLockText(entry, lease),
      timeJson(entry.opened_us) ?? "",
      fileIdText(file.fileId),
      shownName(data.servicepath, separator),
      shownName(`${data.baseName}${data.streamName ?? ""}`, separator),
    ])
  );
  return call.rows([HEADER, ...rows]);
}

/** The files in JSON. Numbers that may be larger than JSON's are strings. */
export function filesJson(files: readonly OpenFileFact[]): unknown {
  return files.map(({ file, modes: { data }, handles }) => ({
    file_id: fileIdText(file.fileId),
    path: pathOf(data),
    share_path: data.servicepath,
    name: data.baseName,
    stream: data.streamName ?? null,
    delete_pending: data.deleteTokens.length > 0,
    watchers: file.watchers.length,
    handles: handles.map(handleJson),
  }));
}

function handleJson({ entry, state, lease }: OpenHandleFact): unknown {
  const { serverId } = entry;
  const gone = isDisconnected(serverId);
  return {
    node: nodeOf(serverId) ?? null,
    pid: gone ? null : Number(serverId.pid),
    task: gone ? null : serverId.taskId,
    unique_id: gone ? null : `${serverId.uniqueId}`,
    state,
    uid: entry.uid,
    share_file_id: `${entry.shareFileId}`,
    access_mask: maskText(entry.accessMask),
    access: accessWords(entry.accessMask),
    read_write: readWrite(entry),
    share_access: shareWords(entry.shareAccess),
    deny_mode: denyMode(entry),
    flags: entry.flags,
    stream_base: entry.isStreamBase,
    opened: timeJson(entry.opened_us),
    oplock: opLockText(entry, lease),
    lease: lease === undefined ? null : {
      client_guid: lease.clientGuid,
      key: lease.leaseKey.map(String),
      state: leaseLetters(lease.state),
      breaking: lease.breaking,
      breaking_to: leaseLetters(lease.breakingToRequired),
      version: lease.version,
      epoch: lease.epoch,
    },
  };
}
