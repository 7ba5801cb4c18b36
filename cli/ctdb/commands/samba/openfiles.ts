/** `ctdb openfiles`: who has which file open, on all nodes. @module */
import { fileIdText, nodeOf, pathOf } from "../../../../lib/samba/mod.ts";
import {
  gatherOpenFiles,
  LOCKING_DATABASE,
  type OpenFileFact,
  type OpenFiles,
} from "../../../../lib/survey/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { filesJson, filesRows, filesText } from "./openfiles-text.ts";
import {
  checkAttached,
  notUnderstoodJson,
  reportNotUnderstood,
  sambaQuestions,
} from "./reading.ts";

export const commands = { openfiles } satisfies ClusterCommands;

const WATCH_INTERVAL_MS = 2000;
/** To the upper left corner, and away with what was there. */
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

interface Choice {
  /** Absolute path, name relative to the share, or file id. */
  readonly file?: string;
  readonly pid?: bigint;
  readonly node?: number;
  readonly watch: boolean;
}

async function openfiles(call: ClusterCall): Promise<number> {
  const choice = readChoice(call);
  if (!choice.watch) return await show(call, choice);
  for (;;) {
    await show(call, choice);
    await call.sleep(WATCH_INTERVAL_MS);
  }
}

function readChoice(call: ClusterCall): Choice {
  const file = call.flagValue("file");
  const pid = call.flagValue("pid");
  if (pid !== undefined && !/^[0-9]+$/.test(pid)) {
    call.fail(1, `Invalid value of --pid '${pid}': a process id`);
  }
  const { node } = call.options;
  return {
    ...(node === -1 ? {} : { node }),
    ...(file === undefined ? {} : { file }),
    ...(pid === undefined ? {} : { pid: BigInt(pid) }),
    watch: call.flag("watch"),
  };
}

async function show(call: ClusterCall, choice: Choice): Promise<number> {
  const read = await gatherOpenFiles(sambaQuestions(call));
  checkAttached(call, read.attached, LOCKING_DATABASE);
  const files = chosen(read, choice);
  const document = () => ({
    files: filesJson(files),
    not_understood: notUnderstoodJson(read.notUnderstood),
  });
  if (choice.watch && call.options.json) {
    // One document a line, which can be read while it comes.
    call.io.stdout(`${JSON.stringify(document())}\n`);
  } else {
    call.print({
      human: () => `${heading(call, choice)}${filesText(files)}`,
      machine: () => filesRows(call, files),
      json: document,
    });
  }
  return reportNotUnderstood(call, read.notUnderstood);
}

function heading(call: ClusterCall, { watch }: Choice): string {
  if (!watch) return "";
  const clear = call.io.isTerminal("stdout") ? CLEAR_SCREEN : "";
  return `${clear}Open files at ${new Date().toTimeString().slice(0, 8)}\n`;
}

function chosen({ files }: OpenFiles, { file, pid, node }: Choice): OpenFileFact[] {
  return files.filter((fact) => file === undefined || isFile(fact, file))
    .map((fact) => ({
      ...fact,
      handles: fact.handles.filter(({ entry: { serverId } }) =>
        (pid === undefined || serverId.pid === pid) &&
        (node === undefined || nodeOf(serverId) === node)
      ),
    }))
    .filter(({ handles }) => handles.length > 0);
}

function isFile({ file, modes: { data } }: OpenFileFact, wanted: string): boolean {
  const name = `${data.baseName}${data.streamName ?? ""}`;
  return [pathOf(data), pathOf({ ...data, streamName: undefined }), name, fileIdText(file.fileId)]
    .includes(wanted);
}
