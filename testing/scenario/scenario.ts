/**
 * Scenarios: what is done and what is then to be seen, as texts that people read and write.
 *
 *     # What this is about.
 *     wait size 3                  an instruction of the world that the scenario is played in
 *     $ ctdb -n 1 getpid           a command line, on node 0; `1$` runs it on node 1
 *     < text                       what it reads from standard input
 *       4711                       what it prints to standard output, behind two spaces
 *     ! what is wrong              the same for standard error
 *     exit 1                       its exit status, where it is not 0
 *     wait $ ctdb leader           a command line that is run until it leaves behind what is expected
 *
 * `placeholders.ts` tells what may stand for what differs from run to run.
 *
 * @module
 */

/** An instruction or a command line, and what is expected of it. */
export interface Step {
  /** The comments and empty lines before it, as they stand. */
  readonly before: readonly string[];
  readonly line: string;
  /** What it is given to read; `undefined` is nothing. */
  readonly input: string | undefined;
  /** The lines behind it that say what is expected, as they stand. */
  readonly expected: readonly string[];
}

/** A text, read. */
export interface Scenario {
  readonly steps: readonly Step[];
  /** What stands behind the last step. */
  readonly rest: readonly string[];
}

const INPUT = /^< ?/;
const isExpected = (line: string) => /^( {2}|!( |$)|exit -?\d)/.test(line);

/** Reads a scenario. */
export function parseScenario(text: string): Scenario {
  const steps: Step[] = [];
  let before: string[] = [];
  for (const [index, line] of text.replace(/\n$/, "").split("\n").entries()) {
    if (line === "" || line.startsWith("#")) {
      before.push(line);
      continue;
    }
    const last = steps.at(-1);
    if (!isExpected(line) && !INPUT.test(line)) {
      steps.push({ before, line, input: undefined, expected: [] });
      before = [];
    } else if (last === undefined || before.length > 0) {
      throw new Error(`Read line ${index + 1} of a scenario: it belongs to no step: ${line}`);
    } else steps[steps.length - 1] = withLine(last, line);
  }
  return { steps, rest: before };
}

function withLine(step: Step, line: string): Step {
  if (isExpected(line)) return { ...step, expected: [...step.expected, line] };
  return { ...step, input: `${step.input ?? ""}${line.replace(INPUT, "")}\n` };
}

/** The text of a scenario. */
export function writeScenario({ steps, rest }: Scenario): string {
  return `${[...steps.flatMap(stepLines), ...rest].join("\n")}\n`;
}

/** The lines of a step. */
export function stepLines({ before, line, input, expected }: Step): string[] {
  const given = input?.replace(/\n$/, "").split("\n").map((text) => text && `< ${text}` || "<");
  return [...before, line, ...given ?? [], ...expected];
}
