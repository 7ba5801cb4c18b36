import { CtdbError, messageOf } from "../../base/mod.ts";
import type { Kv } from "./history.ts";
import { KvTokenStore } from "./token-store.ts";

/** There can be no store. */
export class StoreError extends CtdbError {}

/**
 * Opens a store in a file that only root may read.
 *
 * @throws {StoreError} this runtime was started without Deno KV
 */
export async function openStore(path: string): Promise<Kv> {
  if (Deno.openKv === undefined) {
    throw new StoreError("Deno KV is off: the daemon must be started with --unstable-kv");
  }
  const kv = await Deno.openKv(path);
  await Deno.chmod(path, 0o600).catch(() => {});
  return kv;
}

/** The store of tokens; without one tokens cannot be made, and none works. */
export async function openTokenStore(
  path: string,
): Promise<{ readonly store: KvTokenStore; readonly failure?: string }> {
  try {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    const kv = await openStore(path);
    const store = new KvTokenStore(kv);
    await store.load();
    return { store };
  } catch (error) {
    const failure = messageOf(error);
    return { store: new KvTokenStore(undefined, failure), failure };
  }
}
