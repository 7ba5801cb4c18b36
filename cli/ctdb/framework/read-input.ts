import { Errno, joinBytes } from "../../../lib/base/mod.ts";
import type { Call } from "./call.ts";

/** All bytes of a stream; ends the command when there are more than `limit`. */
export async function readInput(
  call: Call,
  input: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > limit) call.fail(Errno.EINVAL, `Input is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}
