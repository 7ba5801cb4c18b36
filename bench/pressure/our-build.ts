import { type DaemonKind, installedUnder, ours } from "../../testing/cluster/cluster.ts";
import { install } from "../../tools/install.ts";
import { say } from "../../tools/console.ts";
import type { PressureOptions } from "./options.ts";

/** What is measured of ours. */
export interface OurBuild extends AsyncDisposable {
  readonly kind: DaemonKind;
}

/**
 * Ours as people run it, installed for the time of the measurement: started from the source tree each
 * helper reads the whole program, which takes it time and memory. Unless the options name another.
 */
export async function ourBuild({ prefix, tree }: PressureOptions): Promise<OurBuild> {
  const kept = async () => {};
  if (prefix !== undefined) return { kind: installedUnder(prefix), [Symbol.asyncDispose]: kept };
  if (tree) return { kind: ours, [Symbol.asyncDispose]: kept };
  const directory = await Deno.makeTempDir({ prefix: "ctdb-pressure-" });
  say(`Installing into ${directory} ...`);
  await install({ prefix: directory, destdir: "" });
  return {
    kind: { ...installedUnder(directory), name: ours.name },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
