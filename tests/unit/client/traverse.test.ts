import assert from "node:assert/strict";
import { type ClusterClient, DatabaseError, traverse } from "../../../lib/client/mod.ts";
import {
  encode,
  marshalledRecord,
  recordValue,
  type TraverseStartExt,
} from "../../../lib/wire/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const NOTHING = new Uint8Array();

/** A client on which a walk over a database delivers what the test sends. */
function walking() {
  const handlers = new Map<bigint, (data: Uint8Array) => void>();
  const started = Promise.withResolvers<TraverseStartExt>();
  const ended = Promise.withResolvers<void>();
  const killed: unknown[] = [];
  const client: ClusterClient & { readonly ended: Promise<void> } = {
    pnn: 0,
    ended: ended.promise,
    control: (_pnn: number, name: string, request: unknown) => {
      if (name === "STATISTICS") return Promise.resolve({ timeouts: { traverse: 0 } } as never);
      started.resolve(request as TraverseStartExt);
      return Promise.resolve(undefined as never);
    },
    controlNoReply: (_destination, name) => void killed.push(name),
    message: () => {},
    subscribe: (srvid, handler) => {
      handlers.set(srvid, handler);
      return Promise.resolve(() => void handlers.delete(srvid));
    },
  };
  const send = async (key: Uint8Array, data: Uint8Array, other = 0) => {
    const { srvid, reqid } = await started.promise;
    handlers.get(srvid)?.(encode(marshalledRecord, { reqid: reqid + other, key, data }));
  };
  return { client, send, killed, handlers, end: () => ended.resolve() };
}

const header = { rsn: 1n, dmaster: 2, flags: 0 };

Deno.test("a walk yields what arrives until the end marker, and leaves nothing behind", async () => {
  const { client, send, killed, handlers } = walking();
  const walk = Array.fromAsync(traverse(client, 7));
  await send(bytes("a"), recordValue(header, bytes("1")));
  await send(bytes("of another walk"), recordValue(header, bytes("x")), 1);
  await send(bytes("too short"), bytes("x"));
  await send(bytes("b"), recordValue(header, NOTHING));
  await send(NOTHING, NOTHING);
  const records = await walk;
  assert.deepEqual(records.map(({ key }) => new TextDecoder().decode(key)), ["a", "b"]);
  assert.deepEqual(records[0]!.header, header);
  assert.deepEqual([killed, handlers.size], [[], 0]);
});

Deno.test("a walk that is left early is stopped on all nodes", async () => {
  const { client, send, killed, handlers } = walking();
  const walk = traverse(client, 7);
  const first = walk.next();
  await send(bytes("a"), recordValue(header, bytes("1")));
  await first;
  await walk.return();
  assert.deepEqual([killed, handlers.size], [["TRAVERSE_KILL"], 0]);
});

Deno.test("a walk ends with the connection, and with an abort", async () => {
  const gone = walking();
  const walk = Array.fromAsync(traverse(gone.client, 7));
  gone.end();
  await assert.rejects(walk, /has ended/);
  const stopped = walking();
  const signal = AbortSignal.abort(new DatabaseError("stop"));
  await assert.rejects(Array.fromAsync(traverse(stopped.client, 7, { signal })), /stop/);
});
