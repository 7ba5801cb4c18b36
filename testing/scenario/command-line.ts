/** A command line of a scenario. */
export interface CommandLine {
  /** The node on which it is run. */
  readonly node: number;
  /** Whether it is run until it leaves behind what is expected. */
  readonly wait: boolean;
  /** What stands before the command as `NAME=value`. */
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  /** What standard output goes through, behind a `|`. */
  readonly filter: string | undefined;
}

/** Reads a line; `undefined` if it is an instruction. */
export function parseCommandLine(line: string): CommandLine | undefined {
  const [, wait, node, text] = /^(wait )?(\d*)\$ (.*)$/.exec(line) ?? [];
  if (text === undefined) return undefined;
  const words = shellWords(text);
  const pipe = words.findIndex(({ raw }) => raw === "|");
  const filter = pipe === -1 ? undefined : words[pipe + 1]?.text;
  const command = pipe === -1 ? words : words.slice(0, pipe);
  const isCommand = ({ raw }: Word) => !/^[A-Z_]+=/.test(raw);
  const start = Math.max(command.findIndex(isCommand), 0);
  const pairs = command.slice(0, start).map((word) => /^([A-Z_]+)=([^]*)$/.exec(word.text)!);
  return {
    node: Number(node),
    wait: wait !== undefined,
    env: Object.fromEntries(pairs.map(([, name, value]) => [name, value])),
    words: command.slice(start).map((word) => word.text),
    filter,
  };
}

interface Word {
  readonly raw: string;
  readonly text: string;
}

/** Words as a shell has them; what stands between single quotes holds together. */
function shellWords(line: string): Word[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([raw]) => ({
    raw,
    text: raw.replace(/'([^']*)'/g, "$1"),
  }));
}
