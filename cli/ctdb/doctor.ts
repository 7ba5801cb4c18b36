/** `ctdb doctor`: what is wrong with this node and its cluster, and what to do about it. @module */
import type { Call } from "./call.ts";
import type { LocalCommands } from "./command-info.ts";
import { examine, exitStatus } from "./doctor/examine.ts";
import { gather } from "./doctor/gather.ts";
import { reportJson, reportText } from "./doctor/report.ts";
import { withProgress } from "./progress.ts";
import { paint } from "./style.ts";
import { printedSize } from "./terminal-size.ts";

export const commands: LocalCommands = { doctor };

/** Lines longer than this are hard to read on any terminal. */
const WIDEST = 100;

async function doctor(call: Call): Promise<number> {
  const quick = readQuick(call);
  const facts = await withProgress(call.io, "examining", () => gather(call, { quick }));
  const diagnosis = examine(facts);
  const width = Math.min(WIDEST, printedSize(call.io).columns);
  call.print({
    human: () => reportText(diagnosis, facts, width, (tone, text) => paint(call.io, tone, text)),
    json: () => reportJson(diagnosis, facts),
  });
  return exitStatus(diagnosis);
}

function readQuick(call: Call): boolean {
  for (const operand of call.operands) if (operand !== "--quick") call.usage();
  return call.operands.length > 0;
}
