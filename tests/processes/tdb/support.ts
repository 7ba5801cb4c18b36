import { fileURLToPath } from "node:url";
import { waitFor } from "../../../testing/process/wait.ts";

/** The path of a file next to this one. */
export const fromFileUrl = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Waits until `condition` holds, which some other process brings about. */
export async function until(condition: () => boolean): Promise<void> {
  await waitFor(String(condition), condition, { interval_ms: 5 });
}

/** Whether a process of this id runs; one that was not reaped yet does not count. */
export function running(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The command that starts the lock helper from its source. */
export const lockHelperCommand = [
  Deno.execPath(),
  "run",
  "-A",
  "--no-check",
  fromFileUrl("../../../lib/tdb/lock-helper.ts"),
];
