/** What is waited for at this moment: a test that does not end can say what it hangs on. @module */

const waits = new Set<{ readonly what: () => string; readonly since: number }>();
const tellers = new Set<() => string>();

/** Runs `work` and says meanwhile what is waited for. */
export async function whileWaiting<T>(what: () => string, work: () => Promise<T>): Promise<T> {
  const wait = { what, since: performance.now() };
  waits.add(wait);
  try {
    return await work();
  } finally {
    waits.delete(wait);
  }
}

/** Has `tell` asked when a test does not end, for the ends of logs, say; the result forgets it. */
export function tellWhenStuck(tell: () => string): () => void {
  tellers.add(tell);
  return () => tellers.delete(tell);
}

/** All that is known of a test that does not end. */
export function toldWhenStuck(): string {
  const pending = [...waits].map(({ what, since }) => {
    const waited_s = Math.round((performance.now() - since) / 1000);
    return `waits for: ${what()} (for ${waited_s} s)`;
  });
  if (pending.length === 0) pending.push("waits for nothing that can be told");
  return [...pending, ...[...tellers].map((tell) => tell())].join("\n");
}
