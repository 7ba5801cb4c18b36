import type { ClusterClient } from "../../client/mod.ts";
import { NodeFlag } from "../../wire/mod.ts";
import { askMaybe, GONE } from "./ask.ts";
import type { NodeDocument } from "./node.ts";
import type { PeerIntroduction } from "../story/story-message.ts";

/** Enough of a hash to tell two texts apart. */
const DIGEST_CHARACTERS = 16;

/** The beginning of the SHA-256 of a text. */
export async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, DIGEST_CHARACTERS);
}

/** The digest of a configuration file; that of the empty text when there is none. */
export async function configurationDigest(path: string): Promise<string> {
  return await digestOf(comparable(await Deno.readTextFile(path).catch(() => "")));
}

/** Settings that are each node's own, or name files that are. */
const OWN = /^(?:node address|listen|certificate|key) =/;

/** A configuration without comments, and without what is each node's own. */
export function comparable(text: string): string {
  return text.split("\n").map((line) => line.trim().replace(/\s*=\s*/, " = "))
    .filter((line) => line !== "" && !/^[#;]/.test(line) && !OWN.test(line))
    .join("\n");
}

/**
 * `GET /v1/digest`: what must be the same on all nodes, so that a difference is seen at a glance.
 * Configuration only of nodes of ours, which tell theirs.
 */
export async function digestDocument(
  client: ClusterClient,
  own: NodeDocument,
  introductions: ReadonlyMap<number, PeerIntroduction>,
): Promise<Record<string, unknown>> {
  const connected = own.nodes.filter(({ flags }) => (flags & GONE) === 0);
  const nodes = await Promise.all(connected.map(async ({ pnn }) => {
    const [file, lock, tunables] = await Promise.all([
      askMaybe(client, pnn, "GET_NODES_FILE", undefined),
      askMaybe(client, pnn, "GET_RECLOCK_FILE", undefined),
      askMaybe(client, pnn, "GET_ALL_TUNABLES", undefined),
    ]);
    const lines = file?.map(({ flags, address }) =>
      (flags & NodeFlag.DELETED) !== 0 ? "deleted" : address.address
    );
    return {
      pnn,
      nodes_file: lines === undefined ? null : await digestOf(lines.join("\n")),
      // A node without a lock says so; one that does not answer says nothing.
      cluster_lock: lock ?? null,
      answers: lock !== undefined,
      tunables: tunables === undefined ? null : await digestOf(JSON.stringify(tunables)),
      configuration: introductions.get(pnn)?.configuration ?? null,
    };
  }));
  const same = (of: (node: (typeof nodes)[number]) => string | null) =>
    new Set(nodes.map(of).filter((value) => value !== null)).size <= 1;
  const locks = new Set(
    nodes.flatMap(({ answers, cluster_lock }) => answers ? [cluster_lock] : []),
  );
  return {
    nodes: nodes.map(({ answers: _, ...node }) => node),
    same: {
      nodes_file: same((node) => node.nodes_file),
      cluster_lock: locks.size <= 1,
      tunables: same((node) => node.tunables),
      configuration: same((node) => node.configuration),
    },
  };
}
