import type { Source } from "./source.ts";

/** Something that a rule does not like. */
export interface Finding {
  /** What it is about, the same after lines have moved: a path and a name. */
  readonly key: string;
  /** How much of it: lines, parameters, uses. */
  readonly amount: number;
  /** For people, with the line. */
  readonly text: string;
}

/** A rule of style that can be executed. */
export interface Rule {
  readonly name: string;
  find(source: Source): Finding[];
}
