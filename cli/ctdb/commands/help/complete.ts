/** What may stand at the cursor of a command line of `ctdb`: a pure function of the words. @module */
import {
  type CommandText,
  type Flag,
  flagsOf,
  operandChoice,
} from "../../framework/command-text.ts";
import { type NameKind, type Operand, operandOf } from "../../framework/operand-grammar.ts";
import { type OptionText, optionTexts } from "../../framework/option-texts.ts";

/** Something that may stand at the cursor. */
export interface Completion {
  readonly text: string;
  readonly about: string;
}

/** What may stand at the cursor. */
export interface Offer {
  readonly words: readonly Completion[];
  /** Names of this kind as well, which must be looked up. */
  readonly names: NameKind | undefined;
  /** What has been typed of it. */
  readonly typed: string;
  /** Stands before each candidate in the word at the cursor, such as `--node=`. */
  readonly prefix: string;
}

/** An option behind which something may be completed. */
interface Known {
  readonly spellings: readonly string[];
  readonly about: string;
  readonly value: Operand | undefined;
}

/**
 * What the words up to the cursor leave open; `words` begins with the name of the program. Bash cuts
 * words at `=`: then candidates are for what is behind it only.
 */
export function completeWords(table: readonly CommandText[], words: readonly string[]): Offer {
  const { whole, isCut } = joinCut(words.slice(1));
  const typed = whole.at(-1) ?? "";
  const before = readBefore(table, whole.slice(0, -1));
  if (before.open !== undefined) return offerOf(before.open, typed);
  const assigned = /^(--[^=]*)=(.*)$/s.exec(typed);
  if (assigned !== null && !before.ended) {
    const [, name, value] = assigned;
    const known = before.options.find(({ spellings }) => spellings.includes(name!));
    const offer = offerOf(known?.value, value!);
    return isCut ? offer : { ...offer, prefix: `${name}=` };
  }
  if (typed.startsWith("-") && !before.ended) {
    const spelled = before.options.flatMap(({ spellings, about }) =>
      spellings.map((text) => ({ text, about }))
    );
    return { words: spelled, names: undefined, typed, prefix: "" };
  }
  if (before.command === undefined) {
    const shown = table.filter(({ hidden }) => hidden !== true);
    const words = shown.map(({ name, about }) => ({ text: name, about }));
    return { words, names: undefined, typed, prefix: "" };
  }
  return offerOf(operandChoice(before.command, before.operands), typed);
}

/** What stands before the cursor. */
interface Before {
  readonly command: CommandText | undefined;
  readonly operands: number;
  readonly options: readonly Known[];
  /** `--` stood there. */
  readonly ended: boolean;
  /** The value of the option that the last word was. */
  readonly open: Operand | undefined;
}

function readBefore(table: readonly CommandText[], words: readonly string[]): Before {
  let command: CommandText | undefined;
  let operands = 0;
  let ended = false;
  let options = knownOptions([]);
  let open: Operand | undefined;
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (word === "--" && !ended) ended = true;
    else if (word.startsWith("-") && word !== "-" && !ended) open = awaited(options, word);
    else if (command !== undefined) operands++;
    else {
      command = table.find(({ name }) => name === word);
      options = knownOptions(command === undefined ? [] : flagsOf(command));
      // Behind a word that is no command nothing can be said.
      if (command === undefined) return { command: NOTHING, operands: 0, options, ended, open };
    }
  }
  return { command, operands, options, ended, open };
}

const NOTHING: CommandText = {
  name: "",
  operands: "",
  about: "",
  example: ["", ""],
  reach: "nothing",
};

/** What the option in `word` waits for in the next one. */
function awaited(options: readonly Known[], word: string): Operand | undefined {
  if (word.startsWith("--")) return options.find((one) => one.spellings.includes(word))?.value;
  for (let at = 1; at < word.length; at++) {
    const known = options.find(({ spellings }) => spellings.includes(`-${word[at]}`));
    if (known?.value !== undefined) return at === word.length - 1 ? known.value : undefined;
  }
  return undefined;
}

function knownOptions(flags: readonly Flag[]): readonly Known[] {
  return [
    ...optionTexts.map(ofTool),
    ...flags.map(({ name, about, value }) => ({ spellings: [`--${name}`], about, value })),
  ];
}

function ofTool({ short, long, argument, about, offers }: OptionText): Known {
  const spellings = [
    ...(short === undefined ? [] : [`-${short}`]),
    ...(long === undefined ? [] : [`--${long}`]),
  ];
  if (argument === undefined) return { spellings, about, value: undefined };
  const words = typeof offers === "object" ? offers : [];
  const kind = typeof offers === "string" ? offers : undefined;
  return { spellings, about, value: { ...operandOf(`<${argument}>`), words, kind } };
}

function offerOf(operand: Operand | undefined, typed: string): Offer {
  const words = (operand?.words ?? []).map((text) => ({ text, about: "" }));
  return { words, names: operand?.kind, typed, prefix: "" };
}

/** Puts together again what bash has cut at `=`. */
function joinCut(words: readonly string[]): { whole: readonly string[]; isCut: boolean } {
  const whole: string[] = [];
  let glue = false;
  let isCut = false;
  for (const word of words) {
    const option = whole.at(-1)?.startsWith("--") === true;
    isCut = glue || (word === "=" && option);
    if (isCut) whole.push(`${whole.pop()}${word}`);
    else whole.push(word);
    glue = word === "=" && isCut;
  }
  return { whole, isCut };
}
