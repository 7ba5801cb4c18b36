/** The line of a node as `status` and `nodestatus` print it. */
export function nodeLine(pnn: number, address: string, state: string, thisNode: boolean): string {
  return `pnn:${pnn} ${address.padEnd(16)} ${state}${thisNode ? " (THIS NODE)" : ""}\n`;
}
