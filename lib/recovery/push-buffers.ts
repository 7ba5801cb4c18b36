import { RecordBufferWriter } from "../wire/mod.ts";
import type { CollectedRecords } from "./collected-records.ts";

/** One marshalled record buffer, valid until the next is asked for, and how many records are in it. */
export interface PushBuffer {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * Packs the records of a recovery into record buffers (`wire.md` 10.5), each closed when its length
 * exceeds `limit_bytes`. At least one buffer comes out, be it empty: receivers are sent one either
 * way.
 */
export function* pushBuffers(
  dbId: number,
  records: Pick<CollectedRecords, "walkPushed">,
  { persistent, limit_bytes }: { readonly persistent: boolean; readonly limit_bytes: number },
): Generator<PushBuffer> {
  const writer = new RecordBufferWriter(dbId);
  const whole = () => ({ count: writer.count, bytes: writer.peek() });
  const walk = records.walkPushed(persistent, (bytes, key, data, end) => {
    writer.appendPlaced(bytes, key, data, end);
    return writer.size > limit_bytes;
  });
  let sent = false;
  for (const _full of walk) {
    sent = true;
    yield whole();
    writer.restart();
  }
  if (!sent || writer.count > 0) yield whole();
}
