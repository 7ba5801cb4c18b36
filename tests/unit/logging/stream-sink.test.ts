import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import type { LogEntry } from "../../../lib/logging/entry.ts";
import { formatPlain } from "../../../lib/logging/entry.ts";
import { LogError } from "../../../lib/logging/mod.ts";
import { StreamSink } from "../../../lib/logging/stream-sink.ts";

function entryOf(message: string, level = 3): LogEntry {
  const common = { host: "h", program: "p", pid: 1, node: undefined, subsystem: "" };
  return { ...common, wallTime_us: 0n, level, message };
}

/** A stream that takes at most `room` more bytes, `chunk` at a time, then fails like a full disk. */
class FakeStream {
  text = "";
  writes = 0;
  closed = false;
  room = Infinity;
  chunk = Infinity;

  writeSync(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room, this.chunk);
    if (count === 0) throw new Error("No space left on device");
    this.writes++;
    this.room -= count;
    this.text += new TextDecoder().decode(bytes.subarray(0, count));
    return count;
  }

  close() {
    this.closed = true;
  }
}

function setUp(maxHeld_bytes = 1000) {
  const streams: FakeStream[] = [];
  const clock = new VirtualClock();
  const sink = new StreamSink({
    open: () => {
      const stream = new FakeStream();
      streams.push(stream);
      return stream;
    },
    format: formatPlain,
    clock,
    lostNotice: (count) => entryOf(`lost ${count}`),
    maxHeld_bytes,
  });
  return { sink, streams, stream: streams[0]!, clock };
}

Deno.test("stream: the lines of a turn leave in one write", async () => {
  const { sink, stream } = setUp();
  for (const text of ["a", "b", "c"]) sink.write(entryOf(text));
  strictEqual(stream.text, "");
  await Promise.resolve();
  strictEqual(stream.text, "a\nb\nc\n");
  strictEqual(stream.writes, 1);
});

Deno.test("stream: an error line leaves at once, with what waits before it", () => {
  const { sink, stream } = setUp();
  sink.write(entryOf("a"));
  sink.write(entryOf("dying", 0));
  strictEqual(stream.text, "a\ndying\n");
});

Deno.test("stream: short writes lose nothing", () => {
  const { sink, stream } = setUp();
  stream.chunk = 3;
  sink.write(entryOf("abcdefgh"));
  sink.write(entryOf("ij"));
  sink.flush();
  strictEqual(stream.text, "abcdefgh\nij\n");
});

Deno.test("stream: a full disk holds lines back, then counts them, then tells", () => {
  const { sink, stream, clock } = setUp(20);
  stream.room = 2;
  sink.write(entryOf("abcd", 0)); // "ab" leaves, "cd\n" waits
  for (let i = 0; i < 6; i++) sink.write(entryOf(`line${i}`)); // two of the six fit beside it
  strictEqual(sink.dropped, 4);
  clock.step(Infinity);
  strictEqual(stream.text, "ab");
  stream.room = Infinity;
  clock.step(Infinity);
  strictEqual(stream.text, "abcd\nline0\nline1\nlost 4\n");
  strictEqual(clock.pending, 0);
  strictEqual(sink.dropped, 4);
});

Deno.test("stream: a turn larger than the buffer is written early, not dropped", () => {
  const { sink, stream } = setUp(20);
  for (let i = 0; i < 10; i++) sink.write(entryOf(`line${i}`));
  sink.flush();
  strictEqual(stream.text.split("\n").length, 11);
  strictEqual(sink.dropped, 0);
});

Deno.test("stream: rotation writes the old lines to the old file", () => {
  const { sink, streams } = setUp();
  sink.write(entryOf("old"));
  sink.reopen();
  sink.write(entryOf("new"));
  sink.close();
  deepStrictEqual(streams.map((stream) => [stream.text, stream.closed]), [["old\n", true], [
    "new\n",
    true,
  ]]);
});

Deno.test("stream: rotation off a full disk carries the held lines over", () => {
  const { sink, streams, stream, clock } = setUp();
  stream.room = 0;
  sink.write(entryOf("kept", 0));
  sink.reopen();
  strictEqual(streams[1]!.text, "kept\n");
  strictEqual(clock.pending, 0);
});

Deno.test("stream: a rotation that fails leaves the old file in use", () => {
  const stream = new FakeStream();
  let opened = 0;
  const sink = new StreamSink({
    open: () => {
      if (opened++ > 0) throw new LogError("open log file: /gone");
      return stream;
    },
    format: formatPlain,
    clock: new VirtualClock(),
    lostNotice: (count) => entryOf(`lost ${count}`),
  });
  let thrown: unknown;
  try {
    sink.reopen();
  } catch (error) {
    thrown = error;
  }
  ok(thrown instanceof LogError);
  sink.write(entryOf("still here", 0));
  strictEqual(stream.text, "still here\n");
});

Deno.test("stream: closing writes the rest, cancels the timer, counts what cannot be written", () => {
  const { sink, stream, clock } = setUp();
  stream.room = 0;
  sink.write(entryOf("a", 0));
  strictEqual(clock.pending, 1);
  sink.close();
  sink.write(entryOf("late"));
  strictEqual(clock.pending, 0);
  strictEqual(sink.dropped, 2);
  strictEqual(stream.closed, true);
});
