import { attachFile, type AttachOptions } from "./attach.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { GlobalLocks } from "./global-lock.ts";
import { ReplicatedDatabase } from "./replicated-database.ts";
import { VolatileDatabase } from "./volatile-database.ts";

/** A database whose kind is known when the program runs. */
export type AnyDatabase = VolatileDatabase | ReplicatedDatabase;

/**
 * Attaches a database by name, creating it when there is none. Its class follows from its kind.
 *
 * @param locks those of the connection; a set of its own if absent
 * @throws {AttachError} the daemon refuses: another kind, an unhealthy database, an inactive node
 */
export function attachDatabase(
  client: DaemonConnection,
  name: string,
  options?: AttachOptions & { readonly kind?: "volatile" },
  locks?: GlobalLocks,
): Promise<VolatileDatabase>;
/** The same for a database that changes in transactions. */
export function attachDatabase(
  client: DaemonConnection,
  name: string,
  options: AttachOptions & { readonly kind: "persistent" | "replicated" },
  locks?: GlobalLocks,
): Promise<ReplicatedDatabase>;
/** The same for one whose kind is known when the program runs. */
export function attachDatabase(
  client: DaemonConnection,
  name: string,
  options: AttachOptions,
  locks?: GlobalLocks,
): Promise<AnyDatabase>;
export async function attachDatabase(
  client: DaemonConnection,
  name: string,
  options: AttachOptions = {},
  locks?: GlobalLocks,
): Promise<AnyDatabase> {
  const attached = await attachFile(client, name, options);
  if (attached.kind === "volatile") return new VolatileDatabase(client, attached);
  const own = locks === undefined;
  return new ReplicatedDatabase(
    client,
    attached,
    locks ?? new GlobalLocks(client, options.open),
    own,
  );
}
