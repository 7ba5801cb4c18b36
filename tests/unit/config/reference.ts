import type { ConfSchema, FileFacts } from "../../../lib/config/mod.ts";
import { systemConfigIo } from "../../../lib/config/mod.ts";
import { runCommandSync } from "../../../testing/process/command.ts";
import { type ProgramResult } from "../../../testing/process/program-io.ts";

/** Where Debian's package has the C tools. */
const helperdir = "/usr/libexec/ctdb";

/** Whether Debian's `ctdb-config` 4.17 is here to be compared with. */
export const referenceAvailable: boolean = exists(`${helperdir}/ctdb-config`);

/** Runs a C tool in test mode with `base` as `CTDB_BASE`. */
export function runReference(base: string, tool: string, args: readonly string[]): ProgramResult {
  const program = tool === "ctdb" ? "/usr/bin/ctdb" : `${helperdir}/${tool}`;
  return runCommandSync([program, ...args], { env: { CTDB_TEST_MODE: "1", CTDB_BASE: base } });
}

const newer = new Set(["nodes list", "shutdown extra timeout", "shutdown failover timeout"]);

/** The options of 4.17: a schema of 4.24 without what came later, and with its default log level. */
export function olderSchema(schema: ConfSchema): ConfSchema {
  return schema.filter((option) => !newer.has(option.name)).map((option) =>
    option.section === "logging" && option.name === "log level"
      ? { ...option, default: "ERROR" }
      : option
  );
}

/** Every file there is: for tests whose subject is not the files. */
export function anyDirectory(): FileFacts {
  return { kind: "directory", ownerExecutable: true };
}

/** Runs `body` with a directory of its own. */
export async function withDirectory(
  body: (directory: string) => Promise<void> | void,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function exists(path: string): boolean {
  return systemConfigIo.stat(path) !== undefined;
}
