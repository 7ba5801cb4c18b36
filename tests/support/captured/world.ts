import type { Places } from "../../../testing/scenario/mod.ts";
import type { CliVector } from "../cli-vectors.ts";

/** How a captured run is made again. */
export interface PreparedRun {
  /** Without the program's own name. */
  readonly args: string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where the program is to be called, if its place shows in what it prints. */
  readonly program?: string;
  /** What the placeholders of the vector stand for. */
  readonly places: Places;
}

/** Where the captured runs of one file are made again, one after another. */
export interface CapturedWorld extends AsyncDisposable {
  /** Puts what the run with this number needs into place; `undefined` for one that cannot be made alone. */
  prepare(vector: CliVector, index: number): PreparedRun | undefined;
}
