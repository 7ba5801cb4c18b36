import { MAX_QUICK_ANSWER_BYTES } from "../../../lib/limits/mod_quick.ts";
import { type QuickAnswer, readAnswers } from "../../../lib/wire/mod_quick.ts";

/** A daemon that needs longer is asked by the whole tool, which waits as long as it is told. */
const PATIENCE_MS = 50;

/**
 * Sends `request`, which asks `count` questions, and collects the answers in their order.
 * `undefined` when they do not all come soon, or something else comes.
 */
export async function askQuickly(
  socket: string,
  request: Uint8Array,
  count: number,
): Promise<readonly QuickAnswer[] | undefined> {
  let connection: Deno.UnixConn;
  try {
    connection = await Deno.connect({ transport: "unix", path: socket });
  } catch {
    return undefined;
  }
  let over = false;
  const close = () => {
    if (!over) connection.close();
    over = true;
  };
  // Closing makes a read that waits fail. No timer: loading those takes longer than all the rest.
  const { value } = Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE_MS);
  void Promise.resolve(value).then(close);
  try {
    return await exchange(connection, request, count);
  } catch {
    return undefined;
  } finally {
    close();
  }
}

async function exchange(
  connection: Deno.UnixConn,
  request: Uint8Array,
  count: number,
): Promise<readonly QuickAnswer[] | undefined> {
  for (let rest = request; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
  const bytes = new Uint8Array(MAX_QUICK_ANSWER_BYTES);
  for (let used = 0; used < bytes.length;) {
    const length = await connection.read(bytes.subarray(used));
    if (length === null) return undefined;
    used += length;
    const answers = readAnswers(bytes.subarray(0, used), count);
    if (answers === undefined) return undefined;
    // A sparse array has the length of its last answer.
    if (answers.filter((answer) => answer !== undefined).length === count) return answers;
  }
  return undefined;
}
