/** A fenced block of a Markdown text. */
export interface DocumentBlock {
  /** Where its contents begin, from 1. */
  readonly line: number;
  /** What stands behind the fence: the language, and words that say more. */
  readonly words: readonly string[];
  readonly text: string;
}

/** A step of a document: commands, and what they print if the document shows it. */
export interface DocumentStep {
  /** Where the commands begin, from 1. */
  readonly line: number;
  readonly commands: string;
  readonly output: string | undefined;
}

/** The fenced blocks of a Markdown text, in order. */
export function documentBlocks(markdown: string): DocumentBlock[] {
  return [...markdown.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map((match) => {
    const [, info, text] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    return { line, words: info!.split(" ").filter((word) => word !== ""), text: text! };
  });
}

/**
 * The blocks of shell commands in a Markdown text, in order. A block without a language that follows
 * one is what it prints.
 */
export function documentSteps(markdown: string): DocumentStep[] {
  const steps: DocumentStep[] = [];
  for (const { line, words, text } of documentBlocks(markdown)) {
    if (words[0] === "sh") {
      steps.push({ line, commands: text, output: undefined });
    } else if (words.length === 0) {
      const last = steps.pop();
      if (last !== undefined) steps.push({ ...last, output: (last.output ?? "") + text });
    }
  }
  return steps;
}
