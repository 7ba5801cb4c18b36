import assert from "node:assert/strict";
import { parseConnectionLines, parseEndpoint } from "../../../lib/failover/mod.ts";
import { ConnectionResetter } from "../../../lib/failover/announce/reset-connections.ts";
import type { TcpSegment } from "../../../lib/failover/announce/tcp-segment.ts";
import { formatIp, parseSocketAddress } from "../../../lib/wire/mod.ts";

const RST_ACK = 0x14;
const ACK = 0x10;

function pair(n: number) {
  return {
    client: parseSocketAddress("10.1.1.1", 10000 + n),
    server: parseSocketAddress("10.0.0.1", 445),
  };
}

function resetterFor(count: number) {
  const sent: TcpSegment[] = [];
  const pairs = Array.from({ length: count }, (_, n) => pair(n));
  return { sent, resetter: new ConnectionResetter(pairs, (segment) => sent.push(segment)) };
}

const never = (error: unknown) => assert.fail(String(error));

/** What the server's stack sends when it gets a segment that it cannot place. */
function challenge(asked: TcpSegment, seq: number, ack: number): TcpSegment {
  const { source, destination } = asked;
  return { source: destination, destination: source, flags: ACK, seq, ack, window: 502 };
}

Deno.test("asks in the client's name and resets with the numbers of the answer", () => {
  const { sent, resetter } = resetterFor(1);
  resetter.ask(never);
  const [asked] = sent;
  assert.ok(asked);
  assert.equal(formatIp(asked.source.address), "10.1.1.1");
  assert.equal(asked.source.port, 10000);
  assert.deepEqual([asked.flags, asked.seq, asked.ack, asked.window], [ACK, 0, 0, 1234]);
  resetter.captured(challenge(asked, 77, 99));
  assert.equal(resetter.remaining, 0);
  const reset = sent[1];
  assert.ok(reset);
  assert.deepEqual(reset.source, asked.source);
  assert.deepEqual([reset.flags, reset.seq, reset.ack, reset.window], [RST_ACK, 99, 77, 1234]);
});

Deno.test("passes over its own segments and other connections", () => {
  const { sent, resetter } = resetterFor(1);
  resetter.ask(never);
  const answer = challenge(sent[0]!, 77, 99);
  resetter.captured({ ...answer, window: 1234, seq: 0 });
  resetter.captured({ ...answer, window: 1234, flags: RST_ACK });
  resetter.captured({ ...answer, destination: { ...answer.destination, port: 9 } });
  resetter.captured(sent[0]!);
  assert.equal(resetter.remaining, 1);
  resetter.captured({ ...answer, window: 1234 });
  assert.equal(resetter.remaining, 0, "somebody else may have that window too");
});

Deno.test("asks at most 300 a round, each in its turn", () => {
  const { sent, resetter } = resetterFor(700);
  const ports = () => new Set(sent.map(({ source }) => source.port));
  resetter.ask(never);
  assert.equal(sent.length, 300);
  resetter.ask(never);
  resetter.ask(never);
  assert.equal(ports().size, 700, "none waits for ever behind those that never answer");
});

Deno.test("what cannot be sent does not keep the others back", () => {
  let calls = 0;
  const resetter = new ConnectionResetter([pair(1), pair(2)], () => {
    calls++;
    throw new Error("no route");
  });
  const errors: unknown[] = [];
  resetter.ask((error) => errors.push(error));
  assert.equal(calls, 2);
  assert.equal(errors.length, 2);
});

Deno.test("IP:PORT: the last colon counts, brackets may be, mapped IPv4 is IPv4", () => {
  assert.deepEqual(parseEndpoint("10.0.0.1:445"), parseSocketAddress("10.0.0.1", 445));
  assert.deepEqual(parseEndpoint("fd00::1:445"), parseSocketAddress("fd00::1", 445));
  assert.deepEqual(parseEndpoint("[fd00::1]:445"), parseSocketAddress("fd00::1", 445));
  assert.deepEqual(parseEndpoint("::ffff:10.0.0.1:445"), parseSocketAddress("10.0.0.1", 445));
  for (const bad of ["", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0x10", "x:1", "10.0.0.1:70000"]) {
    assert.throws(() => parseEndpoint(bad), /parse IP:PORT/, bad);
  }
});

Deno.test("lists of pairs: comments and empty lines do not count, half a pair is an error", () => {
  const text = "\n# SMB\n10.1.1.1:1 10.0.0.1:445\n  10.1.1.2:2\t10.0.0.1:445 more\n";
  assert.deepEqual(parseConnectionLines(text).map(([client]) => client.address), [
    "10.1.1.1",
    "10.1.1.2",
  ]);
  assert.throws(() => parseConnectionLines("10.1.1.1:1\n"), /pair/);
});
