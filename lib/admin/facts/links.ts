import type { LinkStatus, TrafficCount } from "../../transport/mod.ts";
import type { KernelBytes } from "../../loop/mod.ts";
import { formatIp, NodeFlag, parseIp } from "../../wire/mod.ts";
import { GONE } from "./ask.ts";
import type { NodeDocument } from "./node.ts";
import type { Pings } from "./pings.ts";
import type { SilentNode } from "./silence.ts";
import type { StoryEvent } from "../story/story.ts";

/** Since when the links are as they are, from the events. */
export class LinkTimes {
  readonly #since = new Map<number, { readonly time_ms: number; readonly reason: string | null }>();

  /** An event of the own node. */
  take({ happening, time_ms }: StoryEvent): void {
    if (happening.kind === "link-up") this.#since.set(happening.peer, { time_ms, reason: null });
    else if (happening.kind === "link-down") {
      this.#since.set(happening.peer, { time_ms, reason: happening.reason });
    }
  }

  since(pnn: number): string | null {
    const known = this.#since.get(pnn);
    return known === undefined ? null : new Date(known.time_ms).toISOString();
  }

  reason(pnn: number): string | null {
    return this.#since.get(pnn)?.reason ?? null;
  }
}

/** `GET /v1/links`. */
export interface LinksDocument {
  readonly node: number;
  readonly links: readonly LinkView[];
  readonly silent: readonly SilentNode[];
}

/** A connection as documents show it. */
export interface LinkView {
  readonly pnn: number;
  readonly address: string;
  readonly connected: boolean;
  readonly since: string | null;
  readonly lost_because: string | null;
  readonly round_trip_s: number | null;
  readonly sent: TrafficCount | null;
  readonly received: TrafficCount | null;
  readonly queue: KernelBytes & { readonly waiting_bytes: number };
}

/** `GET /v1/links`: the connections of this node to the others. */
export async function linksDocument(
  own: NodeDocument,
  times: LinkTimes,
  counted: readonly LinkStatus[],
  pinged: Pings,
): Promise<Omit<LinksDocument, "silent">> {
  const others = own.nodes.filter(({ pnn, flags }) =>
    pnn !== own.pnn && (flags & NodeFlag.DELETED) === 0
  );
  const ownAddress = own.nodes.find(({ pnn }) => pnn === own.pnn)?.address.address ?? "";
  // The core asks of its own connections; the kernel's table of all of them is long.
  const told = counted.every(({ up, kernel }) => !up || kernel !== undefined);
  const queues = told && counted.length > 0 ? undefined : await kernelQueues(ownAddress);
  const links = others.map(({ pnn, flags, address }) => {
    const connected = (flags & GONE) === 0;
    const status = counted.find((link) => link.pnn === pnn);
    const kernel = status?.kernel ?? queues?.get(address.address) ??
      { send_bytes: 0, receive_bytes: 0 };
    return {
      pnn,
      address: address.address,
      connected,
      since: sinceOf(status, connected) ?? times.since(pnn),
      lost_because: connected ? null : times.reason(pnn),
      round_trip_s: connected ? pinged.get(pnn)?.roundTrip_s ?? null : null,
      sent: status?.sent ?? null,
      received: status?.received ?? null,
      queue: { waiting_bytes: status?.queuedBytes ?? 0, ...kernel },
    };
  });
  return { node: own.pnn, links };
}

/** By the transport, when it sees the link as the node does: a node may be dead on a whole link. */
function sinceOf(status: LinkStatus | undefined, connected: boolean): string | null {
  if (status === undefined || status.up !== connected) return null;
  return new Date(status.since_ms).toISOString();
}

/** The kernel's queues of this machine's TCP connections from `own`, by the address at the other end. */
async function kernelQueues(own: string): Promise<ReadonlyMap<string, KernelBytes>> {
  const texts = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => Deno.readTextFile(path).catch(() => "")),
  );
  return parseQueues(texts.join("\n"), own);
}

const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} ([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} 01 ([0-9A-F]{8}):([0-9A-F]{8}) /;

/** Reads `/proc/net/tcp` and `tcp6`: established connections only. */
export function parseQueues(text: string, own: string): ReadonlyMap<string, KernelBytes> {
  const queues = new Map<string, KernelBytes>();
  const ownText = canonical(own);
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (match === null || kernelAddress(match[1]!) !== ownText) continue;
    const other = kernelAddress(match[2]!);
    const before = queues.get(other) ?? { send_bytes: 0, receive_bytes: 0 };
    queues.set(other, {
      send_bytes: before.send_bytes + Number.parseInt(match[3]!, 16),
      receive_bytes: before.receive_bytes + Number.parseInt(match[4]!, 16),
    });
  }
  return queues;
}

function canonical(address: string): string {
  const parsed = parseIp(address);
  return parsed === undefined ? address : formatIp(parsed);
}

/** Words of 32 bits, each in the machine's byte order. */
function kernelAddress(hex: string): string {
  const bytes = Uint8Array.fromHex(hex);
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return formatIp(bytes);
}
