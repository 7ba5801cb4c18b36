/** `ctdb brlocks`: who has which bytes of which file locked, on all nodes. @module */
import { fileIdText, nodeOf, pathOf, serverIdText } from "../../../../lib/samba/mod.ts";
import {
  BYTE_LOCK_DATABASE,
  gatherByteLocks,
  type LockedFile,
} from "../../../../lib/survey/mod.ts";
import type { Call, ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { alignedRows } from "./aligned-rows.ts";
import {
  checkAttached,
  notUnderstoodJson,
  reportNotUnderstood,
  sambaQuestions,
} from "./reading.ts";
import { counted, shownName } from "./shown-text.ts";

export const commands = { brlocks } satisfies ClusterCommands;

async function brlocks(call: ClusterCall): Promise<number> {
  const read = await gatherByteLocks(sambaQuestions(call));
  checkAttached(call, read.attached, BYTE_LOCK_DATABASE);
  call.print({
    human: () => locksText(read.files),
    machine: () => locksRows(call, read.files),
    json: () => ({
      files: read.files.map(fileJson),
      not_understood: notUnderstoodJson(read.notUnderstood),
    }),
  });
  return reportNotUnderstood(call, read.notUnderstood);
}

function nameOf({ names }: LockedFile): string {
  return names === undefined ? "" : pathOf(names);
}

function locksText(files: readonly LockedFile[]): string {
  const cells = files.flatMap((file) =>
    file.locks.map(({ lock, state }) => [
      serverIdText(lock.serverId),
      lock.type,
      lock.flavour,
      `start ${lock.start}`,
      `size ${lock.size}`,
      state === "alive" || state === "disconnected" ? "" : `(process ${state})`,
    ])
  );
  const rows = alignedRows(cells);
  let at = 0;
  const blocks = files.map((file) => {
    const name = nameOf(file) === "" ? "file without a name" : shownName(nameOf(file));
    const lines = file.locks.map(() => `  ${rows[at++]}\n`).join("");
    return `${name} (${fileIdText(file.fileId)})\n${lines}`;
  });
  const total = `${counted(files.length, "file")}, ${counted(cells.length, "byte lock")}\n`;
  return blocks.join("") + total;
}

const HEADER = ["Node", "Pid", "State", "Type", "Flavour", "Start", "Size", "FileId", "Path"];

function locksRows(call: Call, files: readonly LockedFile[]): string {
  const rows = files.flatMap((file) =>
    file.locks.map(({ lock, state }) => [
      nodeOf(lock.serverId) ?? "",
      `${lock.serverId.pid}`,
      state,
      lock.type,
      lock.flavour,
      `${lock.start}`,
      `${lock.size}`,
      fileIdText(file.fileId),
      shownName(nameOf(file), call.options.separator),
    ])
  );
  return call.rows([HEADER, ...rows]);
}

function fileJson(file: LockedFile): unknown {
  return {
    file_id: fileIdText(file.fileId),
    path: file.names === undefined ? null : pathOf(file.names),
    locks: file.locks.map(({ lock, state }) => ({
      node: nodeOf(lock.serverId) ?? null,
      pid: Number(lock.serverId.pid),
      unique_id: `${lock.serverId.uniqueId}`,
      state,
      type: lock.type,
      flavour: lock.flavour,
      start: `${lock.start}`,
      size: `${lock.size}`,
    })),
  };
}
