interface Offender {
  credits: number;
  last_ms: number;
}

/**
 * The leader's table of who spoiled recoveries (`cluster.md` 8.2). A node whose credits reach twice
 * the number of nodes gets banned; an offence older than the grace period starts the count again.
 */
export class BanCredits {
  readonly #offenders = new Map<number, Offender>();
  /** The node that was blamed last, 0 when there never was one; only for the log. */
  lastCulprit = 0;

  blame(pnn: number, credits: number, now_ms: number, grace_ms: number): void {
    const offender = this.#offenders.get(pnn) ?? { credits: 0, last_ms: now_ms };
    if (now_ms - offender.last_ms > grace_ms) offender.credits = 0;
    offender.credits += credits;
    offender.last_ms = now_ms;
    this.#offenders.set(pnn, offender);
    this.lastCulprit = pnn;
  }

  /** The nodes whose credits have reached `limit`. */
  offenders(limit: number): number[] {
    return [...this.#offenders].filter(([, o]) => o.credits >= limit).map(([pnn]) => pnn);
  }

  /** The node has been banned: its count starts again. */
  forgive(pnn: number): void {
    this.#offenders.delete(pnn);
  }

  credits(pnn: number): number {
    return this.#offenders.get(pnn)?.credits ?? 0;
  }

  clear(): void {
    this.#offenders.clear();
  }
}
