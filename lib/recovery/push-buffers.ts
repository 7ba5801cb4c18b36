import { RecordBufferWriter } from "../wire/mod.ts";
import type { PulledRecord } from "./collected-records.ts";

/** One marshalled record buffer, valid until the next is asked for, and how many records are in it. */
export interface PushBuffer {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * Packs records into record buffers (`wire.md` 10.5), each closed when its length exceeds
 * `limit_bytes`. At least one buffer comes out, be it empty: receivers are sent one either way.
 */
export function* pushBuffers(
  dbId: number,
  records: Iterable<PulledRecord>,
  limit_bytes: number,
): Generator<PushBuffer> {
  const writer = new RecordBufferWriter(dbId);
  const whole = () => ({ count: writer.count, bytes: writer.peek() });
  let sent = false;
  for (const { key, data } of records) {
    writer.append(key, data);
    if (writer.size <= limit_bytes) continue;
    sent = true;
    yield whole();
    writer.restart();
  }
  if (!sent || writer.count > 0) yield whole();
}
