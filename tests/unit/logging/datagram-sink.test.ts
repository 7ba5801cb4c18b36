import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Clock } from "../../../lib/base/mod.ts";
import { DatagramSink } from "../../../lib/logging/datagram-sink.ts";
import type { LogEntry } from "../../../lib/logging/entry.ts";
import { formatPlain } from "../../../lib/logging/entry.ts";
import { LogError } from "../../../lib/logging/mod.ts";

function entryOf(message: string): LogEntry {
  const common = { host: "h", program: "p", pid: 1, node: undefined, subsystem: "" };
  return { ...common, wallTime_us: 0n, level: 3, message };
}

/** A log server that may be down, or busy. */
class FakeServer {
  received: string[] = [];
  up = true;
  busy = false;
  open = 0;

  connect() {
    if (!this.up) throw new LogError("connect log socket: /dev/log");
    this.open++;
    return {
      send: (bytes: Uint8Array) => {
        if (!this.up || this.busy) return false;
        this.received.push(new TextDecoder().decode(bytes));
        return true;
      },
      close: () => void this.open--,
    };
  }
}

function setUp(maxHeld: number, maxDatagram_bytes = 100) {
  const server = new FakeServer();
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    wallTime: () => 0n,
    setTimer(_delay_ms, callback) {
      timers.add(callback);
      return { cancel: () => void timers.delete(callback) };
    },
  };
  const sink = new DatagramSink({
    connect: () => server.connect(),
    format: formatPlain,
    clock,
    lostNotice: (count) => entryOf(`lost ${count}`),
    maxDatagram_bytes,
    maxHeld,
  });
  const fire = () => {
    const due = [...timers];
    timers.clear();
    due.forEach((callback) => callback());
  };
  return { server, sink, timers, fire };
}

Deno.test("datagrams: one for each entry, cut at the limit", () => {
  const { server, sink } = setUp(0, 5);
  sink.write(entryOf("abc"));
  sink.write(entryOf("abcdefgh"));
  deepStrictEqual(server.received, ["abc", "abcde"]);
});

Deno.test("datagrams: without a buffer a busy server loses lines, and is told how many", () => {
  const { server, sink, timers } = setUp(0);
  sink.write(entryOf("a"));
  server.busy = true;
  sink.write(entryOf("b"));
  sink.write(entryOf("c"));
  server.busy = false;
  sink.write(entryOf("d"));
  deepStrictEqual(server.received, ["a", "lost 2", "d"]);
  strictEqual(sink.dropped, 2);
  strictEqual(timers.size, 0);
});

Deno.test("datagrams: with a buffer lines wait for the server, in order and up to a bound", () => {
  const { server, sink, timers, fire } = setUp(2);
  server.up = false;
  for (const text of ["a", "b", "c"]) sink.write(entryOf(text));
  fire();
  deepStrictEqual(server.received, []);
  server.up = true;
  fire();
  deepStrictEqual(server.received, ["a", "b", "lost 1"]);
  strictEqual(timers.size, 0);
});

Deno.test("datagrams: a server that was restarted is found again at once", () => {
  const { server, sink } = setUp(0);
  sink.write(entryOf("a"));
  server.up = false;
  sink.write(entryOf("b"));
  server.up = true;
  sink.write(entryOf("c"));
  deepStrictEqual(server.received, ["a", "lost 1", "c"]);
  strictEqual(server.open, 1);
});

Deno.test("datagrams: closing sends what it can, counts the rest, leaves no timer or socket", () => {
  const { server, sink, timers } = setUp(5);
  sink.write(entryOf("a"));
  server.busy = true;
  sink.write(entryOf("b"));
  strictEqual(timers.size, 1);
  sink.close();
  sink.write(entryOf("late"));
  strictEqual(timers.size, 0);
  strictEqual(sink.dropped, 2);
  strictEqual(server.open, 0);
});
