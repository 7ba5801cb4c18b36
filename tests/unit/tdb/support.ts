import { fileURLToPath } from "node:url";

const encoder = new TextEncoder();

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => encoder.encode(text);

/** The hexadecimal form that the peer takes. */
export const hex = (text: string): string => bytes(text).toHex();

/** The path of a file next to this one. */
export const fromFileUrl = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs `body` with a fresh directory that is gone afterwards. */
export async function withDirectory(body: (path: string) => void | Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync({ prefix: "tdb-test-" });
  try {
    await body(path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

/** Waits until `condition` holds, which some other process brings about. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
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
  "--unstable-ffi",
  "--no-check",
  fromFileUrl("../../../lib/tdb/lock-helper.ts"),
];
