import type { Call } from "../../framework/call.ts";
import { callText, type CommandText, flagsOf } from "../../framework/command-text.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { optionLine, optionTexts } from "../../framework/option-texts.ts";
import { commandLine } from "../../framework/usage.ts";

export const commands = { help } satisfies LocalCommands;

function help(call: Call): Promise<void> {
  const name = call.operands[0];
  call.io.stdout(name === undefined ? overview(call.commands) : explain(wanted(call, name)));
  return Promise.resolve();
}

function wanted(call: Call, name: string): CommandText {
  return call.commands.find((command) => command.name === name) ??
    call.fail(1, `Unknown command '${name}'`);
}

function overview(table: readonly CommandText[]): string {
  const options = optionTexts.map((option) => optionLine(option, option.about)).join("");
  const lines = table.filter(({ hidden }) => hidden !== true).map(commandLine).join("");
  return "Usage: ctdb [OPTION...] COMMAND [OPERAND...]\n\n" +
    `Options:\n${options}\nCommands:\n${lines}\nSee 'ctdb help COMMAND' for one of them.\n`;
}

/** What `ctdb help COMMAND` says. */
export function explain(command: CommandText): string {
  const { name, about, reach, json, more, example: [line, purpose] } = command;
  const remarks = [
    reach === "nothing" ? "Needs no daemon." : "Talks to the daemon of this node.",
    ...(reach === "remote" ? ["-n may name another node."] : []),
    ...(json === true ? ["Knows --json; docs/json.md has the schema."] : []),
  ];
  return `Usage: ctdb ${`${name} ${callText(command)}`.trim()}\n\n` +
    `${about[0]!.toUpperCase()}${about.slice(1).replace(/\.$/, "")}. ${remarks.join(" ")}\n\n` +
    flagLines(command) +
    (more === undefined ? "" : `${more}\n\n`) +
    `Example:\n  ${line}\n      ${purpose}\n`;
}

function flagLines(command: CommandText): string {
  const flags = flagsOf(command).map(({ name, value, about }) => ({
    usage: `--${name}${value === undefined ? "" : `=${value.text}`}`,
    about,
  }));
  if (flags.length === 0) return "";
  const width = Math.max(...flags.map(({ usage }) => usage.length));
  return `${flags.map(({ usage, about }) => `  ${usage.padEnd(width)}  ${about}\n`).join("")}\n`;
}
