/**
 * Scenarios: command lines of `ctdb` with what they print, as texts that people read and write.
 *
 *     What this is about, in prose.
 *
 *     state {"leader": 2}          a daemon of a cluster that is well but for this
 *     state rich {}                one with addresses, databases and all
 *     flags 1=2 2=8                bits of the flags of nodes
 *     fault GET_PID 1 silent       a control that a node does not answer, or with `error`
 *
 *     $ ctdb -n 1 getpid           a command line
 *       4711                       standard output, behind two spaces
 *     ! what is wrong              standard error
 *     exit 1                       the exit status, where it is not 0
 *
 * `<any>` in what is expected stands for anything within a line. `BASE` stands for the directory of
 * the node, in commands and in what they print.
 *
 * @module
 */
import {
  type FakeState,
  healthyState,
  richState,
} from "../../../../testing/fake-daemon/fake-state.ts";

/** A command line, and what comes before and of it. */
export interface Step {
  /** The lines before it, prose and settings, as they stand. */
  readonly before: readonly string[];
  readonly line: string;
  /** The lines behind it that say what is expected. */
  readonly expected: readonly string[];
}

/** What a command line left behind. */
export interface StepResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** A text, read. */
export interface Scenario {
  readonly steps: readonly Step[];
  /** What stands behind the last step. */
  readonly rest: readonly string[];
}

const isExpected = (line: string) => /^( {2}|! |!$|exit )/.test(line);

/** Reads a scenario. */
export function parseScenario(text: string): Scenario {
  const steps: { before: string[]; line: string; expected: string[] }[] = [];
  let before: string[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) {
      steps.push({ before, line: line.slice(2), expected: [] });
      before = [];
    } else if (last !== undefined && before.length === 0 && isExpected(line)) {
      last.expected.push(line);
    } else before.push(line);
  }
  return { steps, rest: before };
}

/** The text of a scenario. */
export function writeScenario({ steps, rest }: Scenario): string {
  const lines = steps.flatMap((
    { before, line, expected },
  ) => [...before, `$ ${line}`, ...expected]);
  return `${[...lines, ...rest].join("\n")}\n`;
}

/** The lines by which a scenario shows a result. */
export function resultLines({ stdout, stderr, exit }: StepResult): readonly string[] {
  const marked = (text: string, mark: string) =>
    text === ""
      ? []
      : text.replace(/\n$/, "").split("\n").map((line) => `${mark}${line}`.trimEnd());
  return [
    ...marked(stdout, "  ").map((line) => line === "" ? "  " : line),
    ...marked(stderr, "! "),
    ...(exit === 0 ? [] : [`exit ${exit}`]),
  ];
}

/** Whether lines are those that are expected, in which `<any>` stands for anything. */
export function areExpected(actual: readonly string[], expected: readonly string[]): boolean {
  return actual.length === expected.length && expected.every((line, i) => {
    const pattern = line.split("<any>").map((part) => RegExp.escape(part)).join(".*");
    return new RegExp(`^${pattern}$`).test(actual[i]!);
  });
}

/** The state that the settings before a step make of the one that was. */
export function applySettings(state: FakeState, lines: readonly string[]): FakeState {
  return lines.reduce(applySetting, state);
}

function applySetting(state: FakeState, line: string): FakeState {
  const [, word, rest = ""] = /^(state|flags|fault) (.*)$/.exec(line) ?? [];
  if (word === "state") {
    const [, kind, values] = /^(?:(rich|healthy)\s*)?(\{.*\})?$/.exec(rest) ?? wrong(line);
    const fresh = kind === "rich" ? richState() : healthyState();
    return { ...fresh, ...JSON.parse(values ?? "{}") };
  }
  if (word === "flags") {
    const flags = new Map(
      rest.split(" ").map((pair) => pair.split("=").map(Number)) as [
        number,
        number,
      ][],
    );
    return {
      ...state,
      nodes: state.nodes.map((node, pnn) => ({ ...node, flags: flags.get(pnn) ?? node.flags })),
    };
  }
  if (word === "fault") {
    const [control, pnn, how] = rest.split(" ");
    if (how !== "silent" && how !== "error") return wrong(line);
    const fault = { control, pnn: Number(pnn), how } as FakeState["faults"][number];
    return { ...state, faults: [...state.faults, fault] };
  }
  return state;
}

function wrong(line: string): never {
  throw new Error(`Read a setting of a scenario: ${line}`);
}
