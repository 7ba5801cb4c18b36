/** How often a queue had no more room, by what that cost. */
export interface OverrunFigures {
  /** Clients that were cut off because they did not read what they were sent. */
  readonly clientsCutOff: number;
  /** Links that were closed because the node at their other end did not read. */
  readonly linksClosed: number;
}

const LINE = /^Queues overrun *: (\d+) clients cut off, (\d+) links closed$/m;

/** The line that our daemon adds to its answer to DUMP_MEMORY. */
export function overrunFiguresText({ clientsCutOff, linksClosed }: OverrunFigures): string {
  return `Queues overrun     : ${clientsCutOff} clients cut off, ${linksClosed} links closed\n`;
}

/** What {@link overrunFiguresText} wrote somewhere in a text; `undefined` where it did not. */
export function readOverrunFigures(text: string): OverrunFigures | undefined {
  const [, clients, links] = LINE.exec(text) ?? [];
  if (clients === undefined) return undefined;
  return { clientsCutOff: Number(clients), linksClosed: Number(links) };
}
