/**
 * Tests that read as specifications: texts with command lines, instructions and what is to be seen
 * (`scenario.ts` has the language), played in a world that the test provides.
 *
 * @module
 */
export type { CommandLine } from "./command-line.ts";
export { ClusterWorld, type ClusterWorldOptions } from "./cluster-world.ts";
export { obeyFileInstruction } from "./file-instructions.ts";
export { anonymous, expectation, type Places, substitute } from "./placeholders.ts";
export { type Observer, play, type World } from "./player.ts";
export { difference, type DiffLine, type StepResult } from "./result-lines.ts";
export { parseScenario, type Scenario, type Step, writeScenario } from "./scenario.ts";
export { scenarioFiles, testScenario, writesScenarios } from "./scenario-test.ts";
