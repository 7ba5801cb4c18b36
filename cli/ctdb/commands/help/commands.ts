/** Commands that explain the others, to people and to shells. @module */
import { alone, type Command } from "../../framework/command.ts";

const help = () => import("./help.ts");
const completion = () => import("./completion.ts");
const completionNames = () => import("./completion-names.ts");

export const helpCommands: readonly Command[] = [
  alone(help, {
    name: "help",
    operands: "[<command>]",
    about: "explain a command",
    example: ["ctdb help ban", "Show what a command takes, with an example."],
  }),
  alone(completion, {
    name: "completion",
    operands: "bash|zsh|fish",
    about: "print the completion script of a shell",
    example: ["source <(ctdb completion bash)", "Complete commands and names in this shell."],
  }),
  alone(completionNames, {
    name: "completion-names",
    operands: "<word> ...",
    about: "print what may stand at the cursor of a command line",
    anyConfiguration: true,
    hidden: true,
    example: ["ctdb completion-names -- ctdb catdb ''", "Print the names of databases."],
  }),
];
