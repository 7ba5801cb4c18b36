/** What `run.ts` was asked for. */
export interface RunOptions {
  /** How many seeds. */
  readonly seeds: number;
  /** The first. */
  readonly from: number;
  /** Show everything that happens. */
  readonly trace: boolean;
  /** Lines of trace in the report of a failure. */
  readonly lines: number;
  /** Stop after so many failed seeds. */
  readonly failures: number;
}

/** Reads `--seeds N --from S --lines N --failures N --trace`. */
export function getopt(args: readonly string[]): RunOptions {
  const number = (name: string, usual: number) => {
    const at = args.indexOf(name);
    return at < 0 ? usual : Number(args[at + 1]);
  };
  return {
    seeds: number("--seeds", 1),
    from: number("--from", 1),
    lines: number("--lines", 40),
    failures: number("--failures", 1),
    trace: args.includes("--trace"),
  };
}
