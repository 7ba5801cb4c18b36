/**
 * What the end of a test run says of each failure: whoever sees only the last lines of a long log
 * shall know what failed, and why.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import type { FailedTest } from "./test-report.ts";

/** Of one failure; of all of them, as logs are cut from the top. */
const FAILURE_CHARACTERS = 4_000;
const ALL_CHARACTERS = 24_000;
/** Less than this tells nothing: then later failures are told by name alone. */
const LEAST_CHARACTERS = 600;
const MAX_NAMES = 60;
const MESSAGE_SHARE = 0.35;
const STACK_CHARACTERS = 500;
/** Said of a test by the steps below it, or by the error that ended its file. */
const TOLD_ELSEWHERE = /^(\d+ test steps? failed|cancelled)\.?$/i;

/**
 * What ended files outside of their tests, by what `deno test` printed: the JUnit file does not
 * tell. These are errors at a file's start or of something that nobody waits for.
 */
export function uncaughtErrors(output: string): FailedTest[] {
  const plain = stripVTControlCharacters(output);
  const errors = plain.slice(plain.lastIndexOf("\n ERRORS \n") + 1);
  return [
    ...errors.matchAll(/^(\S+) \(uncaught error\)\n(error: [^]*?)\nThis error was not caught/gm),
  ]
    .map(([, file, text]) => ({ name: "outside of its tests", file: file!, text: text!.trim() }));
}

/** All failures for the end of the output: what each says, shortened, and then their names. */
export function failureSummary(failures: readonly FailedTest[]): string {
  if (failures.length === 0) return "";
  const telling = failures.filter(({ text }) => !TOLD_ELSEWHERE.test(text));
  const told = telling.slice(0, Math.floor(ALL_CHARACTERS / LEAST_CHARACTERS));
  const room = Math.min(FAILURE_CHARACTERS, Math.floor(ALL_CHARACTERS / Math.max(told.length, 1)));
  const details = told.map((failure) =>
    `--- ${titleOf(failure)}:\n${indented(shortenFailure(failure.text, room))}\n`
  );
  const names = failures.slice(0, MAX_NAMES).map((failure) => `  ${titleOf(failure)}`);
  const more = failures.length - names.length;
  if (more > 0) names.push(`  and ${more} more`);
  return ["\nFailures:", ...details, "Failed:", ...names].join("\n");
}

/**
 * The text of a failure in at most `room` characters: the beginning of its message, the end of each
 * log that is shown with it, and the top of the stack.
 */
export function shortenFailure(text: string, room: number): string {
  const plain = stripVTControlCharacters(text);
  if (plain.length <= room) return plain;
  const [message = "", ...logs] = plain.split(/^(?=--- )/m);
  const last = logs.pop() ?? message;
  const stackAt = last.search(/^ {4}at /m);
  const stack = stackAt < 0 ? "" : last.slice(stackAt);
  const stackPart = head(stack, Math.min(STACK_CHARACTERS, Math.floor(room / 4)));
  const left = room - stackPart.length;
  const rest = last.slice(0, last.length - stack.length);
  if (last === message) return middle(rest, left) + stackPart;
  const messagePart = head(message, Math.floor(left * MESSAGE_SHARE));
  const share = Math.floor((left - messagePart.length) / (logs.length + 1));
  return messagePart + [...logs, rest].map((log) => logEnd(log, share)).join("") + stackPart;
}

const CUT = "[...]";

function head(text: string, room: number): string {
  return text.length <= room
    ? text
    : `${text.slice(0, Math.max(room - CUT.length - 1, 0))}${CUT}\n`;
}

function middle(text: string, room: number): string {
  if (text.length <= room) return text;
  const half = Math.floor((room - CUT.length) / 2);
  return text.slice(0, half) + CUT + text.slice(text.length - half);
}

/** Whose log it is, and its last lines. */
function logEnd(log: string, room: number): string {
  if (log.length <= room) return log;
  const title = log.slice(0, log.indexOf("\n") + 1);
  const keep = Math.max(room - title.length - CUT.length, 0);
  return title + CUT + log.slice(log.length - keep);
}

function titleOf({ name, file }: FailedTest): string {
  return `${name} (${file})`;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, "  ");
}
