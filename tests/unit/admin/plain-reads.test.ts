/** Documents that many ask for: written once, as long as nothing about them is new. */
import assert from "node:assert/strict";
import { Derived } from "../../../lib/admin/facts/derived.ts";
import { Guard, type GuardedRequest } from "../../../lib/admin/http/guard.ts";
import { Limiter } from "../../../lib/admin/http/limiter.ts";
import { ReadyBytes } from "../../../lib/admin/http/ready-bytes.ts";

Deno.test("what follows from facts is made again when one of them is another", () => {
  const derived = new Derived<object>();
  const [first, second] = [{}, {}];
  const made = derived.of([first, 1], () => ({ of: "first" }));
  assert.equal(derived.of([first, 1], () => assert.fail("made again")), made);
  assert.deepEqual(derived.of([second, 1], () => ({ of: "second" })), { of: "second" });
  assert.deepEqual(derived.of([second, 2], () => ({ of: "third" })), { of: "third" });
  assert.deepEqual(derived.of([second], () => ({ of: "fourth" })), { of: "fourth" });
});

Deno.test("a document is written once in each form, another one anew", () => {
  const ready = new ReadyBytes();
  const document = { well: true };
  const json = ready.of(document, undefined);
  assert.equal(new TextDecoder().decode(json.bytes), '{"well":true}\n');
  assert.equal(ready.of(document, "application/json, */*"), json);
  const cbor = ready.of(document, "application/cbor");
  assert.deepEqual([cbor.type, ...cbor.bytes], [
    "application/cbor",
    ...[0xa1, 0x64, ...new TextEncoder().encode("well"), 0xf5],
  ]);
  assert.equal(ready.of(document, "application/cbor"), cbor);
  assert.notEqual(ready.of({ well: true }, undefined), json);
});

Deno.test("who is admitted has paid for one request; who is refused has paid nothing yet", async () => {
  const limiter = new Limiter({ burst: 2, per_s: 0 });
  const viewer = { name: "token x", role: "viewer" } as const;
  const tokens = {
    identify: (text: string) => Promise.resolve(text === "right" ? viewer : undefined),
  };
  const guard = new Guard(tokens, limiter);
  const request = (authorization?: string): GuardedRequest => ({
    method: "GET",
    headers: new Headers(authorization === undefined ? {} : { authorization }),
    door: { kind: "tcp", tls: true },
    peer: "192.0.2.1",
  });
  assert.equal(await guard.admit(request()), undefined);
  assert.equal(await guard.admit(request("Bearer wrong")), undefined);
  assert.equal(await guard.admit(request("Basic right")), undefined);
  assert.deepEqual(await guard.admit(request("Bearer right")), viewer);
  assert.deepEqual(await guard.admit(request("Bearer right")), viewer);
  assert.equal(await guard.admit(request("Bearer right")), undefined, "the burst is over");
  const local: GuardedRequest = { ...request(), door: { kind: "unix", tls: false }, peer: "" };
  assert.deepEqual(await guard.admit(local), { name: "unix socket", role: "owner" });
});
