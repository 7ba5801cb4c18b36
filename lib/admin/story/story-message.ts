import {
  MAX_COMPARED_PERIODS,
  MAX_STORY_MESSAGE_BYTES,
  MAX_STORY_NODES,
} from "../../limits/mod.ts";
import type { PeriodSum } from "./known-events.ts";
import { isNumber, isRecord, isShortText, readToldEvent, type ToldEvent } from "./told-event.ts";

/** The form of the messages; others are not understood. */
const VERSION = 1;

/** A node's own words about itself, repeated now and then. */
export interface PeerIntroduction {
  readonly version: string;
  /** Of its ctdb.conf; see the document `digest`. */
  readonly configuration: string;
  /** How long other nodes took to answer it, in seconds. */
  readonly round_trips?: readonly RoundTrip[];
}

/** A node and how long it took to answer, in seconds. */
export type RoundTrip = readonly [pnn: number, time_s: number];

/** A period, and the hashes of what is known to have happened in it. */
export type KnownHashes = readonly [period: number, hashes: readonly number[]];

/** What nodes of ours say to each other. */
export interface StoryMessage {
  /** Who says it; of events: whom they happened to, whoever tells. */
  readonly node: number;
  readonly events?: readonly ToldEvent[];
  /** They are told because they were asked for; live ones are told when they happen. */
  readonly again?: boolean;
  readonly hello?: PeerIntroduction;
  /** The sums of all that it knows; a version without them knows neither these nor `ask`. */
  readonly digest?: readonly PeriodSum[];
  /** It wants what it does not know of these periods. */
  readonly ask?: readonly KnownHashes[];
  /** It has just come, or is met again: others shall introduce themselves, too. */
  readonly since_ms?: number;
  /** Said by a version without digests: not only what happened to the other since then, but all. */
  readonly whole?: boolean;
}

/** The bytes of a message. */
export function writeMessage(message: StoryMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: VERSION, ...message }));
}

/**
 * What a message says; undefined when it is none of ours. An event in it that is not understood, as
 * of a later version, is left out: it takes none of the others with it.
 */
export function readMessage(data: Uint8Array): StoryMessage | undefined {
  if (data.length > MAX_STORY_MESSAGE_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.v !== VERSION) return undefined;
  const { node, events, again, hello, digest, ask, since_ms, whole } = value;
  if (!isWhole(node) || node >= MAX_STORY_NODES) return undefined;
  if (hello !== undefined && !isIntroduction(hello)) return undefined;
  if (events !== undefined && !Array.isArray(events)) return undefined;
  if (since_ms !== undefined && !isNumber(since_ms)) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  if (ask !== undefined && !isAsk(ask)) return undefined;
  return {
    node,
    ...(since_ms === undefined ? {} : { since_ms }),
    ...(whole === true ? { whole } : {}),
    ...(again === true ? { again } : {}),
    ...(events === undefined ? {} : { events: events.flatMap((one) => readToldEvent(one) ?? []) }),
    ...(hello === undefined ? {} : { hello }),
    ...(digest === undefined ? {} : { digest }),
    ...(ask === undefined ? {} : { ask }),
  };
}

function isIntroduction(value: unknown): value is PeerIntroduction {
  return isRecord(value) && isShortText(value.version) && isShortText(value.configuration) &&
    (value.round_trips === undefined || isRoundTrips(value.round_trips));
}

function isRoundTrips(value: unknown): value is readonly RoundTrip[] {
  return Array.isArray(value) && value.length <= MAX_STORY_NODES &&
    value.every((one) => Array.isArray(one) && one.length === 2 && one.every(isNumber));
}

function isDigest(value: unknown): value is readonly PeriodSum[] {
  return isPairs(value) && value.every(([period, sum]) => isWhole(period) && isWhole(sum));
}

function isAsk(value: unknown): value is readonly KnownHashes[] {
  return isPairs(value) &&
    value.every(([period, hashes]) =>
      isWhole(period) && Array.isArray(hashes) && hashes.every(isWhole)
    );
}

/** Of periods and something else. */
function isPairs(value: unknown): value is readonly (readonly unknown[])[] {
  return Array.isArray(value) && value.length <= MAX_COMPARED_PERIODS &&
    value.every((one) => Array.isArray(one) && one.length === 2);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
