import {
  type AnyDatabase,
  attachDatabase,
  AttachError,
  type AttachOptions,
  type DatabaseKind,
} from "../../../../lib/client/mod.ts";
import { DbFlag } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import { CommandFailure } from "../../framework/failures.ts";
import type { FoundDatabase } from "./find-database.ts";
import { connectedNodes, nodeMap } from "../nodes/node-map.ts";

/** The nodes that are told of the flags of a database. */
export async function connectedPeers(call: ClusterCall): Promise<readonly number[]> {
  return connectedNodes(await nodeMap(call));
}

/** The kind of a database by its flags. */
export function kindOf(flags: number): DatabaseKind {
  if ((flags & DbFlag.PERSISTENT) !== 0) return "persistent";
  return (flags & DbFlag.REPLICATED) !== 0 ? "replicated" : "volatile";
}

/** Attaches a database for a command that goes on with it (cli.md 2.10). */
export async function attachFound(call: ClusterCall, db: FoundDatabase): Promise<AnyDatabase> {
  return await attachAs(call, db.name, db.flags);
}

/** As {@link attachFound}, by name and flags. */
export async function attachAs(
  call: ClusterCall,
  name: string,
  flags: number,
): Promise<AnyDatabase> {
  const marks = (flags & (DbFlag.READONLY | DbFlag.STICKY)) !== 0;
  const options: AttachOptions = {
    kind: kindOf(flags),
    readonly: (flags & DbFlag.READONLY) !== 0,
    sticky: (flags & DbFlag.STICKY) !== 0,
    peers: marks ? await connectedPeers(call) : [],
    signal: call.signal,
    timeout_ms: call.timeLimit_ms,
  };
  try {
    return await attachDatabase(call.client, name, options);
  } catch (error) {
    const failure = attachFailure(error, name);
    if (!(failure instanceof CommandFailure)) throw failure;
    throw new CommandFailure(1, `${failure.message}\nFailed to attach to DB ${name}`);
  }
}

/** What the C tool says about an attachment that failed. */
export function attachFailure(error: unknown, name: string): unknown {
  if (!(error instanceof AttachError)) return error;
  return new CommandFailure(1, `attach: ${name} ${reasonOf(error)}`);
}

function reasonOf({ step, status, reason }: AttachError): string {
  switch (step) {
    case "id":
      return `failed to get db_id, ret=${status}`;
    case "path":
      return `failed to get db path, ret=${status}`;
    case "health":
      return reason === ""
        ? `failed to get database health, ret=${status}`
        : `database unhealthy (${reason})`;
    case "flags":
      return `failed to get open flags, ret=${status}`;
    case "open":
      return "failed to open tdb file";
    default:
      return `failed to set ${step} flag, ret=${status}`;
  }
}
