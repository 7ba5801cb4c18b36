/**
 * Reads the operands of a usage text, such as `<dbname|dbid> <key> [readonly]`: what a person reads
 * is what the tool counts and what completion offers.
 *
 * @module
 */

/** What an operand, or the value of a flag, is a name of: completion offers the names. */
export type NameKind = "node" | "database" | "tunable" | "file" | "interface" | "command";

/** One operand of a command, or the value of a flag. */
export interface Operand {
  /** As the usage shows it, without the brackets of an optional one. */
  readonly text: string;
  readonly optional: boolean;
  /** It may be given again and again. */
  readonly repeats: boolean;
  /** Words that may stand there as they are. */
  readonly words: readonly string[];
  /** `undefined`: words only, or something that nobody can guess. */
  readonly kind: NameKind | undefined;
}

/** Placeholders that stand for names that can be looked up. */
const KINDS: Readonly<Record<string, NameKind>> = {
  "dbname": "database",
  "dbname|dbid": "database",
  "node": "node",
  "pnn-list": "node",
  "iface": "interface",
  "interface": "interface",
  "file": "file",
  "tdb-file": "file",
  "name": "tunable",
  "command": "command",
};

/** Placeholders that the C tool writes without angle brackets where they are optional. */
const BARE = ["count", "dbname"];

const WORD = /\s*(?:(\.\.\.)|(\[)|(\])|((?:<[^<>]+>|[^\s<>[\]])+))/y;

/** The operands of a usage text. Throws a RangeError for a text that is none. */
export function parseOperands(usage: string): readonly Operand[] {
  const operands: Operand[] = [];
  let optional = false;
  WORD.lastIndex = 0;
  const end = usage.trimEnd().length;
  while (WORD.lastIndex < end) {
    const at = WORD.lastIndex;
    const match = WORD.exec(usage);
    if (match === null) throw wrong(usage, at);
    const [, dots, open, close, word] = match;
    if (open !== undefined || close !== undefined) {
      if (optional !== (close !== undefined)) throw wrong(usage, at);
      optional = open !== undefined;
    } else if (dots !== undefined) {
      const last = operands.pop();
      if (last === undefined) throw wrong(usage, at);
      operands.push({ ...last, repeats: true });
    } else operands.push(operandOf(word!, optional));
  }
  if (optional) throw wrong(usage, end);
  return operands;
}

/** One word of a usage text: `up|down`, `<node>`, `all|<pnn-list>`, `<ip>:<port>`. */
export function operandOf(text: string, optional = false): Operand {
  const parts = text.match(/(?:<[^<>]*>|[^|<>])+/g) ?? [];
  const names = parts.map(placeholder);
  return {
    text,
    optional,
    repeats: false,
    words: parts.filter((part, i) => names[i] === undefined && !part.includes("<")),
    kind: names.map((name) => KINDS[name ?? ""]).find((kind) => kind !== undefined),
  };
}

/** The name of a placeholder; `undefined` for a word that stands for itself. */
function placeholder(part: string): string | undefined {
  if (BARE.includes(part)) return part;
  return /^<[^<>]+>$/.test(part) ? part.slice(1, -1) : undefined;
}

/** Least and greatest number of operands. */
export function countOf(operands: readonly Operand[]): readonly [least: number, most: number] {
  return [
    operands.filter(({ optional }) => !optional).length,
    operands.some(({ repeats }) => repeats) ? Infinity : operands.length,
  ];
}

/** The operand at `index`, which may be a repeated one. */
export function operandAt(operands: readonly Operand[], index: number): Operand | undefined {
  const last = operands.at(-1);
  return operands[index] ?? (last?.repeats === true ? last : undefined);
}

function wrong(usage: string, at: number): RangeError {
  return new RangeError(`Read the operands of a usage, at character ${at}: ${usage}`);
}
