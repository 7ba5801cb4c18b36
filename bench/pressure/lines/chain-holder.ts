import type { AttachedDatabase } from "../../../lib/client/mod.ts";
import { spawnCommand } from "../../../testing/process/command.ts";

/** A process that holds chains of a database, one after the other. */
export interface ChainHolder {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Starts the process; it holds nothing before it is told to begin. */
export async function holdChains(
  { path, file }: AttachedDatabase,
  keys: readonly Uint8Array[],
): Promise<ChainHolder> {
  const program = new URL("./hold-chains.ts", import.meta.url).pathname;
  const texts = keys.map((key) => new TextDecoder().decode(key));
  const child = spawnCommand([
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A"],
    ...[program, path, String(file.tdb.flags), ...texts],
  ], { stdin: "piped", stdout: "piped" });
  const lines = child.stdout.getReader();
  await lines.read();
  const writer = child.stdin.getWriter();
  return {
    async begin() {
      await writer.write(new TextEncoder().encode("begin\n"));
      await lines.read();
    },
    async end() {
      await writer.close();
      await lines.cancel();
      await child.status;
    },
  };
}
