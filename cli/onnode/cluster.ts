import { signalChild } from "../../lib/base/mod.ts";
import { captureChild } from "../child.ts";
import type { ProgramIo } from "../io.ts";
import { ownProgram, shellWord } from "../own-program.ts";
import { OnnodeError } from "./errors.ts";
import type { NodeQuestions } from "./node-spec.ts";
import type { NodeTable } from "./nodes-file.ts";
import type { RemoteShell } from "./remote-shell.ts";

/** Asks the `ctdb` tool: of this node for states, of every node for one that is alive. */
export function askCluster(
  io: ProgramIo,
  table: () => NodeTable,
  shell: RemoteShell,
): NodeQuestions {
  return {
    nodesInState: async (state) => parseStatus(await clusterStatus(io), state),
    anyNode: () => firstToAnswer(io, table(), shell),
  };
}

async function clusterStatus(io: ProgramIo): Promise<string> {
  const { status, output } = await captureChild(io, [ownProgram(io, "ctdb"), "-X", "status"], {
    merge: true,
  });
  const text = new TextDecoder().decode(output);
  if (status === 0) return text;
  const name = io.program.slice(io.program.lastIndexOf("/") + 1);
  throw new OnnodeError(`${name}: unable to get status of CTDB nodes\n${text}`);
}

/** The nodes of `ctdb -X status` without any flag (healthy), or without the first one. */
export function parseStatus(text: string, state: "healthy" | "connected"): number[] {
  const [_header, ...rows] = text.split("\n").filter((line) => line.startsWith("|"));
  const matching: number[] = [];
  for (const row of rows) {
    const [_edge, number, _address, disconnected, ...others] = row.split("|");
    if (!/^[0-9]+$/.test(number ?? "")) continue;
    const flags = state === "healthy" ? [disconnected, ...others] : [disconnected];
    if (!flags.includes("1")) matching.push(Number(number));
  }
  return matching;
}

/** Asks all nodes at once for their number; the first that answers wins, the others are ended. */
async function firstToAnswer(
  io: ProgramIo,
  table: NodeTable,
  shell: RemoteShell,
): Promise<number | undefined> {
  const running = new Set<Deno.ChildProcess>();
  const question = `${shellWord(ownProgram(io, "ctdb"))} pnn`;
  const ask = async (address: string): Promise<number> => {
    let child: Deno.ChildProcess | undefined;
    const { output } = await captureChild(io, shell.command(address, question, false), {
      env: shell.env,
      quiet: true,
      onProcess: (process) => {
        if (child) running.delete(child);
        child = process;
        if (child) running.add(child);
      },
    });
    const answer = new TextDecoder().decode(output).split("\n").find((l) => /^[0-9]+$/.test(l));
    if (answer === undefined) throw new OnnodeError("");
    return Number(answer);
  };
  const asked = table.filter((address) => address !== undefined).map(ask);
  const first = await Promise.any(asked).catch(() => undefined);
  for (const child of running) signalChild(child, "SIGTERM");
  await Promise.allSettled(asked);
  return first;
}
