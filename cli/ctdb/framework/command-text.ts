import { countOf, type Operand, operandAt, operandOf, parseOperands } from "./operand-grammar.ts";

/** Whom a command talks to. */
export type Reach =
  /** Nobody: it runs without a daemon. */
  | "nothing"
  /** The daemon of this node only. */
  | "local"
  /** The daemon of this node, or with `-n` that of another. */
  | "remote";

/**
 * What a command is, said once: usage, help, completion, counting and parsing of operands and flags
 * follow from it.
 */
export interface CommandSpec<Name extends string = string> {
  readonly name: Name;
  /** As the usage shows them: see `operand-grammar.ts`. */
  readonly operands: string;
  readonly about: string;
  /**
   * Where the C tool counts otherwise than its usage says: least and greatest number, or `any` when
   * it does not look at them.
   */
  readonly count?: readonly [least: number, most: number] | "any";
  /** Words that the last operand may be and that the usage of the C tool does not show. */
  readonly unlisted?: readonly string[];
  /**
   * Options of this command only, as the usage shows them with what they do: `--quick`,
   * `--up=<pnn-list>`, `--sort=calls|name`. A flag whose value is a word takes no other.
   */
  readonly flags?: readonly (readonly [usage: string, about: string])[];
  /** One command line with what it is for. */
  readonly example: readonly [line: string, purpose: string];
  /** Further lines of the help. */
  readonly more?: string;
  /** Prints data, and so knows `--json`: `docs/json.md` has the schema. */
  readonly json?: true;
  /** The C tool shows the whole help on a mistake in the operands of this command. */
  readonly fullUsage?: true;
  /** Also runs when `ctdb.conf` is wrong. */
  readonly anyConfiguration?: true;
  /** `-n` chooses what is shown, also of a node that is gone; the daemon here is asked. */
  readonly nodeIsFilter?: true;
  /** Runs until the user ends it, unless `-T` or `CTDB_TIMEOUT` says when. */
  readonly endless?: true;
  /** For scripts of ours only: no list of commands shows it. */
  readonly hidden?: true;
}

/** A command without what runs it. */
export interface CommandText extends CommandSpec {
  readonly reach: Reach;
}

/** An option of one command. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  readonly about: string;
  /** What it is set to; `undefined`: it takes no value. */
  readonly value: Operand | undefined;
}

/** The options that only this command has. */
export function flagsOf({ flags = [] }: CommandSpec): readonly Flag[] {
  return flags.map(([usage, about]) => {
    const [, name, value] = /^--([a-z][a-z-]*)(?:=(.+))?$/.exec(usage) ?? [];
    if (name === undefined) throw new RangeError(`Read a flag: ${usage}`);
    return { name, about, value: value === undefined ? undefined : operandOf(value) };
  });
}

/** Operands and flags as the usage shows them. */
export function callText({ operands, flags = [] }: CommandSpec): string {
  return [operands, ...flags.map(([usage]) => `[${usage}]`)].filter((part) => part !== "").join(
    " ",
  );
}

/** Least and greatest number of operands that the command takes. */
export function operandCount(
  { operands, count }: CommandSpec,
): readonly [least: number, most: number] {
  return count === "any" ? [0, Infinity] : count ?? countOf(parseOperands(operands));
}

/** What the operand at `index` may be, for completion; `undefined`: there is none. */
export function operandChoice(
  { operands, count, unlisted = [] }: CommandSpec,
  index: number,
): Operand | undefined {
  const parsed = parseOperands(operands);
  const last = parsed.at(-1);
  const found = operandAt(parsed, index) ?? (count === "any" ? last : undefined);
  return found === last && found !== undefined
    ? { ...found, words: [...found.words, ...unlisted] }
    : found;
}
