/**
 * What the tool says to people beyond what the C tool says. Nothing of it goes where a script could
 * be reading: only to terminals, and about commands that the C tool has not got.
 *
 * @module
 */
import type { ProgramIo } from "../../io.ts";
import { isOfC } from "./c-commands.ts";
import { type CommandText, operandCount } from "./command-text.ts";
import { didYouMean } from "./did-you-mean.ts";
import { parseOperands } from "./operand-grammar.ts";

/** What stands under the help of the C tool. */
const MORE_HELP = `
'ctdb help' explains every command, 'ctdb doctor' says what is wrong with the cluster and what to
do, 'ctdb top' shows what is going on.
`;

/** A help of the C tool, with our commands named under it on a terminal. */
export function showHelp(io: ProgramIo, text: string): void {
  io.stdout(io.isTerminal("stdout") ? text + MORE_HELP : text);
}

/** Whether `--help` behind a command explains the command. */
export function explainsItself(io: ProgramIo, command: CommandText | undefined): boolean {
  return command !== undefined && (!isOfC(command.name) || io.isTerminal("stdout"));
}

/** The line about a command that there is not, and what may be meant. */
export function unknownCommand(
  io: ProgramIo,
  name: string,
  table: readonly CommandText[],
): string {
  const line = `Unknown command '${name}'`;
  if (!io.isTerminal("stderr")) return line;
  const known = table.filter(({ hidden }) => hidden !== true).map((command) => command.name);
  const meant = didYouMean(name, known).map((word) => `'ctdb ${word}'`);
  return meant.length === 0
    ? `${line}; 'ctdb help' lists all`
    : `${line}. Did you mean ${meant.join(" or ")}?`;
}

/** Names what is wrong with the operands, above the usage of the command. */
export function nameWrongOperand(
  io: ProgramIo,
  command: CommandText,
  operands: readonly string[],
  wrong: string,
): void {
  if (isOfC(command.name) && !io.isTerminal("stderr")) return;
  const text = wrong === "" ? wrongCount(command, operands) : wrong;
  if (text !== undefined) io.stderr(`${text}\n`);
}

function wrongCount(command: CommandText, operands: readonly string[]): string | undefined {
  const [least, most] = operandCount(command);
  if (operands.length > most) return `Operand too many: '${operands[most]}'`;
  if (operands.length >= least) return undefined;
  const missing = parseOperands(command.operands)[operands.length];
  return `Operand missing: ${missing?.text ?? command.operands}`;
}

/** What to do when there is no daemon, for people. */
export function withAdvice(io: ProgramIo, message: string): string {
  return io.isTerminal("stderr") ? `${message}\n\`ctdb doctor\` says why` : message;
}
