/** Who spoiled a takeover run. Kept for one run only (`failover.md` 5.1). */
export class RunCredits {
  readonly #credits = new Map<number, number>();

  /** One credit for the node at which something failed. */
  add(pnn: number): void {
    this.#credits.set(pnn, (this.#credits.get(pnn) ?? 0) + 1);
  }

  /** The node with most credits, the lowest pnn on a tie; `undefined` if nobody has any. */
  worst(): number | undefined {
    let worst: number | undefined;
    let most = 0;
    for (const [pnn, credits] of [...this.#credits].sort(([a], [b]) => a - b)) {
      if (credits > most) [worst, most] = [pnn, credits];
    }
    return worst;
  }
}
