import { canBind, Errno } from "../../../lib/base/mod.ts";
import type { ConnectionError } from "../../../lib/client/mod.ts";
import { CommandFailure } from "./failures.ts";
import { readNodeList } from "./nodes-source.ts";

/** Why there is no connection to the daemon, as the C tool says it (cli.md 1.3, step 7). */
export async function explainNoDaemon(
  error: ConnectionError,
  socket: string,
  nodesSource: string,
): Promise<string> {
  const lines = [`Failed to connect to CTDB daemon (${socket})`];
  if (error.errno !== 0) lines.unshift(`connect() failed, errno=${error.errno}`);
  if (error.errno === Errno.EACCES) return [...lines, "Permission denied: run as root"].join("\n");
  const doubt = await whyNoNode(nodesSource);
  if (doubt !== undefined) lines.push(doubt, "Is this node part of CTDB cluster?");
  return lines.join("\n");
}

/** Why this machine may be no node at all; `undefined` when it is one. */
async function whyNoNode(nodesSource: string): Promise<string | undefined> {
  try {
    const nodes = await readNodeList(nodesSource);
    const isNode = nodes.some(({ address, deleted }) => !deleted && canBind(address.address));
    return isNode ? undefined : "Failed to detect PNN of the current node.";
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return error.message;
  }
}
