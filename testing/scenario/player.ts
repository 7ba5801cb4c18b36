import { waitFor } from "../process/wait.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { anonymous, type Places, substitute } from "./placeholders.ts";
import { areExpected, difference, merged, resultLines, type StepResult } from "./result-lines.ts";
import { type Scenario, type Step, stepLines } from "./scenario.ts";

/** What a scenario is played in: a daemon that is none, a cluster of processes, a simulated one. */
export interface World {
  /** For what the placeholders of this run stand. */
  readonly places: Places;
  /** Runs a command line to its end. */
  run(command: CommandLine, input: string | undefined): Promise<StepResult>;
  /**
   * Does what an instruction says.
   *
   * @param word the first of the line
   * @param rest what stands behind it
   * @returns what it shows, if it shows something
   * @throws if there is no such instruction, or it cannot be done
   */
  obey(word: string, rest: string, input: string | undefined): Promise<string | void>;
  /** What standard output can go through, by name. */
  readonly filters?: Readonly<Record<string, (text: string) => string>>;
}

/** Looks at each step while it is done: a step of a test, for instance. */
export type Observer = (step: Step, index: number, work: () => Promise<void>) => Promise<void>;

/** How many steps a failure shows before its own. */
const SHOWN_STEPS = 4;

/**
 * Plays a scenario. A command that leaves something else behind than is expected fails its step, and
 * the next ones are done all the same; what cannot be done ends it.
 *
 * @param write whether nothing fails that can be written down
 * @returns the scenario with what was seen where that was not expected
 */
export async function play(
  scenario: Scenario,
  world: World,
  { observe, write }: { readonly observe: Observer; readonly write: boolean },
): Promise<Scenario> {
  const played: Step[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const reached = { done: false };
    await observe(step, index, async () => {
      const lines = await stepResult(step, world);
      reached.done = true;
      const fits = areExpected(lines, step.expected);
      played.push(fits ? step : { ...step, expected: merged(step.expected, lines) });
      if (!fits && !write) throw new Error(failure(scenario, index, lines));
    });
    if (!reached.done) throw new Error(`Play a scenario: it ends at "${step.line}"`);
  }
  return { ...scenario, steps: played };
}

/** What is seen of a step, as the lines of a scenario say it. */
async function stepResult(step: Step, world: World): Promise<string[]> {
  const lines = (result: StepResult) =>
    resultLines({
      ...result,
      stdout: anonymous(result.stdout, world.places),
      stderr: anonymous(result.stderr, world.places),
    });
  const input = step.input === undefined ? undefined : substitute(step.input, world.places);
  const command = parseCommandLine(step.line);
  if (command === undefined) {
    const [, word, rest] = /^(\S+) ?(.*)$/.exec(substitute(step.line, world.places))!;
    const stdout = await world.obey(word!, rest!, input) ?? "";
    return lines({ stdout, stderr: "", exit: 0 });
  }
  if (!command.wait) return lines(await runCommand(command, input, world));
  let last: string[] = [];
  const look = async () => {
    last = lines(await runCommand(command, input, world));
    return areExpected(last, step.expected);
  };
  // What came instead is shown as a difference.
  await waitFor(step.line, look).catch(() => {});
  return last;
}

async function runCommand(
  command: CommandLine,
  input: string | undefined,
  world: World,
): Promise<StepResult> {
  const fill = (text: string) => substitute(text, world.places);
  const env = Object.entries(command.env).map(([name, value]) => [name, fill(value)]);
  const filled = { ...command, words: command.words.map(fill), env: Object.fromEntries(env) };
  const result = await world.run(filled, input);
  if (command.filter === undefined) return result;
  const filter = world.filters?.[command.filter];
  if (filter === undefined) throw new Error(`Find a filter of a scenario: ${command.filter}`);
  return { ...result, stdout: filter(result.stdout) };
}

/** The steps before one, and what is otherwise in it. */
function failure({ steps }: Scenario, index: number, lines: readonly string[]): string {
  const { expected, ...step } = steps[index]!;
  const before = steps.slice(Math.max(index - SHOWN_STEPS, 0), index).flatMap(stepLines);
  const shown = [...before, ...stepLines({ ...step, expected: [] })].map((line) => `  ${line}`);
  const diff = difference(expected, lines).map(({ mark, line }) => `${mark} ${line}`);
  return ["expected (-) and seen (+):", ...shown, ...diff].join("\n");
}
