import { type Clock, type Logger, messageOf } from "../../base/mod.ts";
import type { AddressView } from "../../failover/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import { Mesh, type Streams, TransportError } from "../../transport/mod.ts";

/** What binding the node's address needs to know. */
export interface BindOptions {
  /** `[cluster] node address`. */
  readonly configured: string | undefined;
  readonly nodes: readonly NodesFileEntry[];
  readonly port: number;
  readonly localAddresses: () => AddressView;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Binds the configured address, or the first of the nodes file that this machine has and that nobody
 * else has bound (`cluster.md` 4.2). Rejects with a {@link TransportError} when nothing could be.
 */
export async function bindNodeAddress(
  options: BindOptions,
): Promise<{ mesh: Mesh; address: string }> {
  const { configured, nodes, localAddresses } = options;
  if (configured !== undefined) {
    return { mesh: await bind(options, configured), address: configured };
  }
  const local = localAddresses();
  const tried: string[] = [];
  for (const { address, deleted } of nodes) {
    if (deleted || !local.has(address)) continue;
    try {
      return { mesh: await bind(options, address), address };
    } catch (error) {
      tried.push(messageOf(error));
    }
  }
  throw new TransportError(
    tried.length === 0
      ? `Find own address in the nodes file: none of its ${nodes.length} addresses is on an ` +
        `interface; set [cluster] node address, or correct the nodes file`
      : `Bind an address of the nodes file: ${tried.join("; ")}`,
  );
}

function bind(options: BindOptions, address: string): Promise<Mesh> {
  const { port, streams, clock, log } = options;
  return Mesh.bind({ address, port, streams, clock, log });
}
