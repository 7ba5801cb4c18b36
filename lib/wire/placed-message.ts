import { WireError } from "./errors.ts";
import { u32At } from "./little-endian.ts";
import { Operation } from "./numbers.ts";
import type { ReqMessage } from "./packet.ts";

/** Where srvid, length and bytes of a message stand in its frame (wire.md 3.6). */
const SRVID_AT = 32;
const LENGTH_AT = 40;
const DATA_AT = 44;
const HALF = 32n;
const LOW_HALF = 0xffff_ffffn;

/**
 * A message whose bytes stay where they lie, its srvid in two halves: what it costs to pass it on is
 * the copy of its bytes into the frame that leaves. The memory is somebody else's, so that it is
 * valid only for as long as that of the frame it came in.
 */
export class PlacedMessage implements ReqMessage {
  readonly operation = Operation.REQ_MESSAGE;
  generation = 0;
  destnode: number;
  srcnode = 0;
  readonly reqid = 0;
  readonly srvidLow: number;
  readonly srvidHigh: number;
  /** The memory, and which part of it the message is. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Its frame, for those who must wait with it: one, however many they are. */
  kept: Uint8Array<ArrayBuffer> | undefined;

  private constructor(
    destnode: number,
    low: number,
    high: number,
    place: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  ) {
    this.destnode = destnode;
    this.srvidLow = low;
    this.srvidHigh = high;
    this.bytes = place.bytes;
    this.start = place.start;
    this.end = place.end;
    this.kept = undefined;
  }

  /**
   * The message in a frame whose header was checked.
   *
   * Throws {@link WireError} with code `truncated` when it says that it is longer than its frame.
   */
  static inFrame(frame: Uint8Array): PlacedMessage {
    const size = frame.byteLength;
    const end = size < DATA_AT ? Infinity : DATA_AT + u32At(frame, LENGTH_AT);
    if (end > size) {
      throw new WireError("truncated", `decode message of ${size} bytes: needs ${end}`);
    }
    const low = u32At(frame, SRVID_AT);
    const high = u32At(frame, SRVID_AT + 4);
    return new PlacedMessage(u32At(frame, 20), low, high, { bytes: frame, start: DATA_AT, end });
  }

  /** A message of the daemon's own. */
  static of(srvid: bigint, data: Uint8Array): PlacedMessage {
    const place = { bytes: data, start: 0, end: data.byteLength };
    return new PlacedMessage(0, Number(srvid & LOW_HALF), Number(srvid >> HALF), place);
  }

  /** Where it goes next, and from whom and in which generation. */
  address(generation: number, destnode: number, srcnode: number): this {
    this.generation = generation;
    this.destnode = destnode;
    this.srcnode = srcnode;
    this.kept = undefined;
    return this;
  }

  get srvid(): bigint {
    return BigInt(this.srvidHigh) << HALF | BigInt(this.srvidLow);
  }

  get data(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }
}
