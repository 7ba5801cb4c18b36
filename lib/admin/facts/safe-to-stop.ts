import type { ClusterClient } from "../../client/mod.ts";
import { MAX_SURVEYED_DATABASES } from "../../limits/mod.ts";
import { DbFlag, INACTIVE_FLAGS, RecoveryMode } from "../../wire/mod.ts";
import { type AllocationFacts, homelessWithout } from "./addresses.ts";
import { askMaybe } from "./ask.ts";
import type { NodeDocument } from "./node.ts";

/** Whether a node may be stopped now without anybody losing anything, and why not. */
export interface StopVerdict {
  readonly node: number;
  readonly ok: boolean;
  /** All of them in one text; null when it is. */
  readonly reason: string | null;
  /** Empty when it is. */
  readonly reasons: readonly string[];
}

/** `GET /v1/safe-to-stop`: what would be lost if node `pnn` was stopped now. */
export async function safeToStop(
  client: ClusterClient,
  own: NodeDocument,
  { input, unanswered }: AllocationFacts,
  pnn: number,
): Promise<StopVerdict> {
  const reasons: string[] = [];
  const node = own.nodes.find((one) => one.pnn === pnn);
  const others = own.nodes.filter((one) => one.pnn !== pnn && (one.flags & INACTIVE_FLAGS) === 0);
  if (own.recoveryMode !== RecoveryMode.NORMAL) reasons.push("a recovery is going on");
  if (own.leader === undefined) reasons.push("the cluster has no leader");
  for (const silent of unanswered) {
    reasons.push(`node ${silent} does not answer: what it has and could host is not known`);
  }
  if ((node?.flags ?? 0) & INACTIVE_FLAGS) return verdict(pnn, reasons);
  if (others.length === 0) reasons.push("no other node is active: the cluster would end");
  else {
    const homeless = homelessWithout(input, pnn);
    if (homeless.length > 0) {
      reasons.push(
        `no other node can host ${homeless.slice(0, 8).join(", ")}` +
          (homeless.length > 8 ? ` and ${homeless.length - 8} more` : ""),
      );
    }
    reasons.push(...await lastCopies(client, pnn, others.map((one) => one.pnn)));
  }
  return verdict(pnn, reasons);
}

function verdict(node: number, reasons: readonly string[]): StopVerdict {
  const ok = reasons.length === 0;
  return { node, ok, reason: ok ? null : reasons.join("; "), reasons };
}

/** Databases on disk that are well on node `pnn` and on none of the others. */
async function lastCopies(
  client: ClusterClient,
  pnn: number,
  others: readonly number[],
): Promise<string[]> {
  const map = await askMaybe(client, pnn, "GET_DBMAP", undefined) ?? [];
  const kept = map.filter(({ flags }) => (flags & (DbFlag.PERSISTENT | DbFlag.REPLICATED)) !== 0);
  const reasons = await Promise.all(
    kept.slice(0, MAX_SURVEYED_DATABASES).map(async ({ dbId }) => {
      if (!await isWell(client, pnn, dbId)) return [];
      for (const other of others) if (await isWell(client, other, dbId)) return [];
      const name = await askMaybe(client, pnn, "GET_DBNAME", dbId);
      return [`it has the only good copy of ${name ?? `database ${dbId}`}`];
    }),
  );
  return reasons.flat();
}

async function isWell(client: ClusterClient, pnn: number, dbId: number): Promise<boolean> {
  return await askMaybe(client, pnn, "DB_GET_HEALTH", dbId) === null;
}
