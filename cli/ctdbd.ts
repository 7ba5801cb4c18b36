/**
 * `ctdbd`: the daemon (`cluster.md` 1.1).
 *
 * @module
 */
import { startDaemon } from "../lib/daemon/mod_edge.ts";
import { parseOptions } from "./getopt.ts";
import type { ProgramIo } from "./io.ts";

const HELP = `Usage: ctdbd [OPTION...]
  -i, --interactive   Stay in the foreground, log to standard error

Help options:
  -?, --help          Show this help message
      --usage         Display brief usage message
`;

/** Runs the program. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const options = parse(args);
  if (typeof options === "string") {
    io.stderr(`${options}\n`);
    return 1;
  }
  if (options.help) {
    io.stdout(HELP);
    return options.extra ? 1 : 0;
  }
  return await startDaemon({
    interactive: options.interactive,
    args,
    env: io.env,
    stderr: (text) => io.stderr(text),
  });
}

const OPTIONS = [
  { long: "interactive", short: "i", takesArgument: false },
  { long: "help", short: "?", takesArgument: false },
  { long: "usage", takesArgument: false },
  // Only for those who look for the daemon by its command line: see the launcher.
  { long: "installed-as", takesArgument: true },
  // sambacc gives it to all programs of Samba; the level is a matter of ctdb.conf.
  { long: "debuglevel", takesArgument: true },
] as const;

function parse(args: string[]): { interactive: boolean; help: boolean; extra: boolean } | string {
  const { words, given, mistake } = parseOptions(args, {
    known: () => OPTIONS,
    permute: true,
    style: "popt",
  });
  if (mistake !== undefined) return `Invalid options: ${args.join(" ")}`;
  const has = (...names: string[]) => given.some(({ row }) => names.includes(row.long));
  const extra = words.length > 0;
  return { interactive: has("interactive"), help: has("help", "usage") || extra, extra };
}
