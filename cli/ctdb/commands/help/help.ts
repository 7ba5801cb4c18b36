import type { Call } from "../../framework/call.ts";
import type { CommandInfo, LocalCommands } from "../../framework/command-info.ts";
import { commandTable, findCommand } from "../../command-table.ts";
import { commandLine } from "../../framework/usage.ts";

export const commands: LocalCommands = { help };

const OPTIONS = `Options:
  -n, --node=INT           ask or change this node instead of the local one
  -t, --timelimit=INT      wait so many seconds for one answer (10)
  -T, --maxruntime=INT     give up after so many seconds (120)
  -X, -Y                   rows for programs, where the command has them
  -x, --separator=CHAR     what parts the columns of these rows (|)
      --json               one JSON document, where the command prints data
  -v, --verbose            more, from the command ip
  -d, --debug=STRING       level of messages on standard error
      --socket=PATH        talk to the daemon behind this socket
`;

function help(call: Call): Promise<void> {
  const name = call.operands[0];
  call.io.stdout(name === undefined ? overview() : explain(wanted(call, name)));
  return Promise.resolve();
}

function wanted(call: Call, name: string): CommandInfo {
  return findCommand(name) ?? call.fail(1, `Unknown command '${name}'`);
}

function overview(): string {
  const lines = commandTable.map(commandLine).join("");
  return "Usage: ctdb [OPTION...] COMMAND [OPERAND...]\n\n" +
    `${OPTIONS}\nCommands:\n${lines}\nSee 'ctdb help COMMAND' for one of them.\n`;
}

function explain(command: CommandInfo): string {
  const { name, operands, about, run, json, more, example: [line, purpose] } = command;
  const remarks = [
    run.needs === "nothing" ? "Needs no daemon." : "Talks to the daemon of this node.",
    ...(run.needs === "daemon" && run.remote ? ["-n may name another node."] : []),
    ...(json === true ? ["Knows --json; docs/json.md has the schema."] : []),
  ];
  return `Usage: ctdb ${`${name} ${operands}`.trim()}\n\n` +
    `${about[0]!.toUpperCase()}${about.slice(1).replace(/\.$/, "")}. ${remarks.join(" ")}\n\n` +
    (more === undefined ? "" : `${more}\n\n`) +
    `Example:\n  ${line}\n      ${purpose}\n`;
}
