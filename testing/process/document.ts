/** A step of a document: commands, and what they print if the document shows it. */
export interface DocumentStep {
  /** Where the commands begin, from 1. */
  readonly line: number;
  readonly commands: string;
  readonly output: string | undefined;
}

/**
 * The blocks of shell commands in a Markdown text, in order. A block without a language that follows
 * one is what it prints.
 */
export function documentSteps(markdown: string): DocumentStep[] {
  const steps: DocumentStep[] = [];
  for (const match of markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)) {
    const [, language, text] = match;
    if (language === "sh") {
      const line = markdown.slice(0, match.index).split("\n").length + 1;
      steps.push({ line, commands: text!, output: undefined });
    } else if (language === "") {
      const last = steps.pop();
      if (last !== undefined) steps.push({ ...last, output: (last.output ?? "") + text });
    }
  }
  return steps;
}
