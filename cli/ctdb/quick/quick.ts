/**
 * The shortest way to what event scripts ask dozens of times: `ctdb pnn` and `ctdb nodestatus`, as
 * the whole tool prints them, when all is as usual. Whatever is not - an option, a mistake
 * in `ctdb.conf`, a terminal, a slow or silent daemon, a node map out of the ordinary - is left to the
 * whole tool, which has then not been looked at and nothing printed.
 *
 * @module
 */
import { ConfigError, installedPaths, type Paths } from "../../../lib/config/mod_paths.ts";
import {
  encodeQuestions,
  flagsText,
  NodeFlag,
  type QuickAnswer,
  type QuickNode,
  type QuickQuestion,
  readLinks,
  readNodeEntries,
  readNumber,
  RunState,
} from "../../../lib/wire/mod_quick.ts";
import type { ProgramIo } from "../../io.ts";
import { nodeLine } from "../printing/node-line.ts";
import { askQuickly } from "./ask.ts";

/** What a command prints, and how it ends. */
interface Quick {
  readonly text: string;
  readonly status: number;
}

interface QuickCommand {
  readonly questions: readonly QuickQuestion[];
  /** `undefined`: that is for the whole tool. */
  show(answers: readonly QuickAnswer[]): Quick | undefined;
}

const COMMANDS: Readonly<Record<string, QuickCommand>> = {
  pnn: { questions: ["GET_PNN"], show: showPnn },
  nodestatus: {
    questions: ["GET_PNN", "GET_NODEMAP", "GET_RUNSTATE", "GET_IFACES"],
    show: showNodeStatus,
  },
};

/** Runs a command of few words; `undefined` leaves it to the whole tool. */
export async function runQuickly(
  args: readonly string[],
  io: ProgramIo,
): Promise<number | undefined> {
  const [name = "", ...more] = args;
  if (more.length > 0 || !Object.hasOwn(COMMANDS, name)) return undefined;
  const { questions, show } = COMMANDS[name]!;
  const socket = await usualSocket(io);
  if (socket === undefined) return undefined;
  const answers = await askQuickly(socket, encodeQuestions(questions), questions.length);
  const shown = answers === undefined ? undefined : show(answers);
  if (shown === undefined) return undefined;
  io.stdout(shown.text);
  return shown.status;
}

/** Where the daemon listens, when nothing else is set that a command would look at. */
async function usualSocket(io: ProgramIo): Promise<string | undefined> {
  if (io.env["CTDB_TIMEOUT"] !== undefined || io.isTerminal("stdout")) return undefined;
  try {
    const paths = installedPaths(io.env);
    return await isInOrder(paths) ? paths.ctdbdSocket : undefined;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Whether there is nothing to be said about the configuration: a wrong value ends every command. */
async function isInOrder(paths: Paths): Promise<boolean> {
  let text: string;
  try {
    text = Deno.readTextFileSync(paths.config);
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
  // Not a text, or not in UTF-8.
  if (text.includes("\uFFFD")) return false;
  if (text.split("\n").every((line) => /^[ \t\r]*([#;].*)?$/.test(line))) return true;
  const { confSchema, readConf, statFile } = await import("../../../lib/config/mod_conf.ts");
  const schema = confSchema(paths);
  const { ok, messages } = readConf(text, {
    schema,
    strict: false,
    etcdir: paths.etcdir,
    stat: statFile,
  });
  return ok && messages.length === 0;
}

function showPnn([pnn]: readonly QuickAnswer[]): Quick | undefined {
  return pnn!.status < 0 ? undefined : { text: `${pnn!.status}\n`, status: 0 };
}

/** What a node is that is not itself, and what makes a map that the tool asks others about. */
const UNUSUAL = NodeFlag.BANNED | NodeFlag.DELETED | NodeFlag.DISCONNECTED;

function showNodeStatus(answers: readonly QuickAnswer[]): Quick | undefined {
  const [pnn, map, state, links] = answers as [QuickAnswer, QuickAnswer, QuickAnswer, QuickAnswer];
  if (answers.slice(1).some(({ status }) => status !== 0)) return undefined;
  const node = readNodeEntries(map)?.find((one) => one.pnn === pnn.status);
  const linksUp = readLinks(links);
  const runState = readNumber(state);
  const unusual = node === undefined || linksUp === undefined || runState === undefined ||
    (node.flags & UNUSUAL) !== 0 || runState <= RunState.FIRST_RECOVERY;
  return unusual ? undefined : {
    text: nodeLine(node.pnn, node.address, stateOf(node, linksUp), true),
    status: node.flags,
  };
}

function stateOf({ flags }: QuickNode, linksUp: readonly boolean[]): string {
  return flags === 0 && linksUp.includes(false) ? "PARTIALLYONLINE" : flagsText(flags);
}
