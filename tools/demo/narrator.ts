import { say } from "../console.ts";

/** Tells what happens, with the time since the start of the demonstration. */
export class Narrator {
  readonly #start = performance.now();
  readonly #figures: (readonly [name: string, value: string])[] = [];
  #wrong = 0;

  /** A line that begins something new. */
  step(text: string): void {
    say(`\n${this.#time()} ${text}`);
  }

  /** A line about what goes on within a step. */
  detail(text: string): void {
    say(`${this.#time()}   ${text}`);
  }

  /** A line about something that must hold; counts it when it does not. */
  verdict(right: boolean, text: string): void {
    if (!right) this.#wrong++;
    this.detail(`${right ? "right:" : "WRONG:"} ${text}`);
  }

  /** A line for the report. */
  figure(name: string, value: string): void {
    this.#figures.push([name, value]);
  }

  /** Prints the report; whether everything that had to hold did. */
  report(): boolean {
    const width = Math.max(...this.#figures.map(([name]) => name.length));
    say("\nReport");
    for (const [name, value] of this.#figures) say(`  ${name.padEnd(width)}  ${value}`);
    say(this.#wrong === 0 ? "  Everything was right." : `  WRONG in ${this.#wrong} places.`);
    return this.#wrong === 0;
  }

  #time(): string {
    return `${((performance.now() - this.#start) / 1000).toFixed(1).padStart(6)} s`;
  }
}

/** A duration for people. */
export function seconds(time_ms: number): string {
  return `${(time_ms / 1000).toFixed(1)} s`;
}
