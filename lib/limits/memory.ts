/**
 * What the queues of a daemon can hold of memory when all of them are full at once: the limits,
 * added up.
 *
 * @module
 */
import { MAX_CLIENT_MESSAGE_BYTES, MAX_TURN_LOG_LINES } from "./daemon.ts";
import { MAX_REMEMBERED_EVENT_NAMES, MAX_SCRIPT_OUTPUT_BYTES } from "./events.ts";
import { MAX_HELD_LOG_BYTES } from "./logging.ts";
import { MAX_KEPT_EVENTS, MAX_RECALLED_EVENTS, MAX_UNWRITTEN_ROWS } from "./admin.ts";
import {
  MAX_NODE_PARKED_BYTES,
  MAX_NODE_PARKED_PACKETS,
  MAX_SCRATCH_MEMORY_BYTES,
  MAX_VACUUM_QUEUE_BYTES,
} from "./records.ts";
import { MAX_CLIENT_QUEUE_BYTES, MAX_FRAME_BYTES, MAX_PEER_QUEUE_BYTES } from "./transport.ts";

/** What a parked packet has beside its bytes. */
const PARKED_PACKET_BYTES = 200;
/** An event or a line, generously. */
const TEXT_BYTES = 1024;

/** Of what there are several, each with queues of its own. */
export type MemoryOwner = "node" | "peer" | "client" | "database" | "script";

/** Queues that may fill, and what they hold then. */
export interface MemoryShare {
  readonly owner: MemoryOwner;
  readonly what: string;
  readonly bytes: number;
}

/** All that holds more than a few kilobytes. Recoveries stage theirs in files, as long as they can. */
export const MEMORY_SHARES: readonly MemoryShare[] = [
  {
    owner: "node",
    what: "packets parked for records",
    bytes: MAX_NODE_PARKED_BYTES + MAX_NODE_PARKED_PACKETS * PARKED_PACKET_BYTES,
  },
  { owner: "node", what: "the log", bytes: MAX_HELD_LOG_BYTES + MAX_TURN_LOG_LINES * TEXT_BYTES },
  {
    owner: "node",
    what: "events and history",
    bytes: (MAX_KEPT_EVENTS + MAX_RECALLED_EVENTS + MAX_UNWRITTEN_ROWS) * TEXT_BYTES,
  },
  { owner: "peer", what: "packets to it", bytes: MAX_PEER_QUEUE_BYTES },
  { owner: "peer", what: "a frame from it", bytes: MAX_FRAME_BYTES },
  { owner: "client", what: "replies and messages to it", bytes: MAX_CLIENT_QUEUE_BYTES },
  { owner: "client", what: "a frame from it", bytes: MAX_FRAME_BYTES },
  {
    owner: "database",
    what: "records to be vacuumed",
    bytes: 2 * MAX_VACUUM_QUEUE_BYTES,
  },
  {
    owner: "database",
    what: "a recovery, when files have no room",
    bytes: MAX_SCRATCH_MEMORY_BYTES,
  },
  {
    owner: "script",
    what: "output of its last runs",
    bytes: MAX_REMEMBERED_EVENT_NAMES * MAX_SCRIPT_OUTPUT_BYTES,
  },
];

/** What all queues of one owner hold at the most. */
export function memoryOf(owner: MemoryOwner): number {
  return MEMORY_SHARES.filter((share) => share.owner === owner)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * How much a daemon with so many peers can hold in its queues, as a sentence: the sum that is known,
 * and what each client, database and script adds.
 */
export function memoryText(peers: number): string {
  const known = memoryOf("node") + peers * memoryOf("peer");
  return `Queues hold at most ${bytesText(known)} for the node and its peers (${peers}), ` +
    `${bytesText(memoryOf("client"))} for each client ` +
    `(${bytesText(MAX_CLIENT_MESSAGE_BYTES)} of messages), ` +
    `${bytesText(memoryOf("database"))} for each database, ` +
    `${bytesText(memoryOf("script"))} for each event script`;
}

function bytesText(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1024 ? `${(mebibytes / 1024).toFixed(1)} GiB` : `${Math.ceil(mebibytes)} MiB`;
}
