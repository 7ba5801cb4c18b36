/** What a program needs of this folder that asks the local daemon next to nothing. @module */
export { NodeFlag, RunState } from "./numbers.ts";
export * from "./quick-questions.ts";
export { flagsText } from "./texts.ts";
