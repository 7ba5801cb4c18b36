/**
 * `ctdbd`: the daemon (`cluster.md` 1.1).
 *
 * @module
 */
import { parseArgs } from "node:util";
import { startDaemon } from "../lib/daemon/mod_edge.ts";
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

function parse(args: string[]): { interactive: boolean; help: boolean; extra: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => arg === "-?" ? "--help" : arg),
      allowPositionals: true,
      options: {
        interactive: { type: "boolean", short: "i", default: false },
        help: { type: "boolean", default: false },
        usage: { type: "boolean", default: false },
        // Only for those who look for the daemon by its command line: see the launcher.
        "installed-as": { type: "string" },
        // sambacc gives it to all programs of Samba; the level is a matter of ctdb.conf.
        debuglevel: { type: "string" },
      },
    });
    const extra = positionals.length > 0;
    return {
      interactive: values.interactive,
      help: values.help || values.usage || extra,
      extra,
    };
  } catch {
    return `Invalid options: ${args.join(" ")}`;
  }
}
