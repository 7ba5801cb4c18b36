import type { ClusterNode } from "../../../../testing/mod.ts";
import { binaryCommand } from "../../../../testing/process/run-binary.ts";

const ROOT = new URL("../../../../", import.meta.url).pathname;

/** Makes an installation of our programs as far as scenarios name it, and of what scripts read. */
export async function installPrograms(
  prefix: string,
  nodes: readonly ClusterNode[],
): Promise<void> {
  await Deno.mkdir(`${prefix}/bin`, { recursive: true });
  await Deno.mkdir(`${prefix}/tools`);
  for (const program of ["ctdb", "ctdb-event"]) await installProgram(prefix, program);
  for (const helper of ["ctdb_natgw", "ctdb_lvs"]) {
    await Deno.symlink(`${ROOT}events.d/helpers/${helper}`, `${prefix}/tools/${helper}`);
  }
  for (const { base } of nodes) {
    for (const part of ["functions", "functions.d"]) {
      await Deno.symlink(`${ROOT}events.d/${part}`, `${base}/${part}`);
    }
  }
}

async function installProgram(prefix: string, program: string): Promise<void> {
  const command = binaryCommand.join(" ");
  const path = `${prefix}/bin/${program}`;
  await Deno.writeTextFile(path, `#!/bin/sh\nCTDB_PROGRAM=${program} exec ${command} "$@"\n`);
  await Deno.chmod(path, 0o755);
}
