import { LogLevel } from "../base/mod.ts";
import { LARGEST_PNN } from "../limits/mod.ts";
import type { ConfMessage } from "./conf-read.ts";
import { parseIpLiteral } from "./ip-literal.ts";
import { textLines, wordsOf } from "./text-lines.ts";

/** Where an address is at home. */
export interface HomeNode {
  /** Canonical. */
  readonly address: string;
  readonly pnn: number;
}

/** What a `home_nodes` file says. */
export interface HomeNodesFile {
  readonly homes: readonly HomeNode[];
  /** About lines that are none. */
  readonly messages: readonly ConfMessage[];
}

/**
 * Reads the text of a `home_nodes` file (`failover.md` 6.2): lines `ADDRESS PNN`, blanks and words
 * behind `#` left out. A line that is none of these is said, and costs nobody else their home. (The C
 * daemon then ignores the whole file.) Later lines for an address win.
 */
export function parseHomeNodes(text: string): HomeNodesFile {
  const homes = new Map<string, HomeNode>();
  const messages: ConfMessage[] = [];
  for (const line of textLines(text)) {
    const [word, number] = wordsOf(line);
    if (word === undefined) continue;
    const address = parseIpLiteral(word)?.address;
    const pnn = /^\d{1,10}$/.test(number ?? "") ? Number(number) : NaN;
    if (address !== undefined && pnn <= LARGEST_PNN) homes.set(address, { address, pnn });
    else {
      const what = `read home node, no address and node number: ${line.text}`;
      messages.push({ level: LogLevel.ERROR, line: line.line, text: what, ours: true });
    }
  }
  return { homes: [...homes.values()], messages };
}
