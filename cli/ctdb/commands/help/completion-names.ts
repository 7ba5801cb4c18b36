import { ConnectionError, ControlError, DaemonConnection } from "../../../../lib/client/mod.ts";
import { type Call, ClusterCall } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import type { NameKind } from "../../framework/operand-grammar.ts";
import { nodeMap } from "../nodes/node-map.ts";
import { completeWords, type Completion } from "./complete.ts";

export const commands = { "completion-names": completionNames } satisfies LocalCommands;

/** Nobody who pressed the tabulator waits longer for a daemon. */
const PATIENCE_S = 1;

/** What a shell completes file names at. */
export const FILES = ":files";

/**
 * Prints what may stand at the cursor, a candidate and a tabulator and what it is on each line; or
 * {@link FILES}. The operands are the words of the command line up to the cursor.
 */
async function completionNames(call: Call): Promise<void> {
  const offer = completeWords(call.commands, call.operands);
  if (offer.names === "file") {
    call.io.stdout(`${FILES}\n`);
    return;
  }
  const all = [...offer.words, ...await lookUp(call, offer.names)];
  const fitting = all.filter(({ text }) => text.startsWith(offer.typed));
  call.io.stdout(fitting.map((one) => `${offer.prefix}${one.text}\t${one.about}\n`).join(""));
}

async function lookUp(call: Call, kind: NameKind | undefined): Promise<readonly Completion[]> {
  if (kind === undefined || kind === "file") return [];
  if (kind === "command") {
    const shown = call.commands.filter(({ hidden }) => hidden !== true);
    return shown.map(({ name, about }) => ({ text: name, about }));
  }
  return await askDaemon(call, kind);
}

/** The names that the daemon knows; none when it does not answer. */
async function askDaemon(
  call: Call,
  kind: Exclude<NameKind, "file" | "command">,
): Promise<readonly Completion[]> {
  try {
    const { signal } = call;
    const timeout_ms = PATIENCE_S * 1000;
    const path = call.paths.ctdbdSocket;
    await using client = await DaemonConnection.connect(path, { timeout_ms, signal });
    const parts = { ...call.parts, options: { ...call.options, timeLimit_s: PATIENCE_S } };
    return await LISTS[kind](new ClusterCall(parts, client));
  } catch (error) {
    const silent = error instanceof ConnectionError || error instanceof ControlError ||
      error instanceof CommandFailure;
    if (!silent) throw error;
    return [];
  }
}

const LISTS = {
  node: async (call: ClusterCall) =>
    (await nodeMap(call)).map(({ pnn, address }) => ({
      text: String(pnn),
      about: address.address,
    })),
  database: async (call: ClusterCall) => {
    const map = await call.ask(call.target, "GET_DBMAP", undefined);
    const names = map.map(({ dbId }) => call.ask(call.target, "GET_DBNAME", dbId));
    return (await Promise.all(names)).map(plain);
  },
  tunable: async (call: ClusterCall) =>
    (await call.ask(call.target, "LIST_TUNABLES", undefined)).map(plain),
  interface: async (call: ClusterCall) =>
    (await call.ask(call.target, "GET_IFACES", undefined)).map(({ name }) => plain(name)),
};

function plain(text: string): Completion {
  return { text, about: "" };
}
