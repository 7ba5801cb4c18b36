import { canonicalAddress } from "../address.ts";
import type { HomeNode } from "./types.ts";

/**
 * Reads the text of the `home_nodes` file (`failover.md` 6.2): lines `ADDRESS PNN`, no comments.
 *
 * Lines with fewer than two words do not count. One bad address or pnn makes the whole file
 * useless, as in the C program: then the result is `undefined`.
 */
export function parseHomeNodes(text: string): HomeNode[] | undefined {
  const homes: HomeNode[] = [];
  for (const line of text.split("\n")) {
    const [word, number] = line.split(/[ \t\r]+/).filter((part) => part !== "");
    if (word === undefined || number === undefined) continue;
    const address = canonicalAddress(word);
    if (address === undefined || !/^\d{1,10}$/.test(number)) return undefined;
    homes.push({ address, pnn: Number(number) });
  }
  return homes;
}
