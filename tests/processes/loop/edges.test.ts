/** What has come is told once: nothing may be left lying, however it came, and the end neither. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { EventLoop, libc, LoopSocket } from "../../../lib/loop/mod.ts";
import { MAX_SOCKET_TURN_BYTES, MAX_SOCKET_TURN_MS } from "../../../lib/limits/mod.ts";

const AF_UNIX = 1;
const SOCK_STREAM_NONBLOCK = 0o4001;

/** Around what a turn reads of one socket. */
const pieceBytes = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(MAX_SOCKET_TURN_BYTES, MAX_SOCKET_TURN_BYTES / 2).chain((share) =>
    fc.constantFrom(share - 1, share, share + 1, 2 * share)
  ),
);
/** What the sending end does next: sends, and goes on at once, in the next turn or later. */
const step = fc.record({ bytes: pieceBytes, next: fc.constantFrom("now", "turn", "later") });
const story = fc.record({
  urgent: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  /** So often the loop stands still for longer than a timer may be late. */
  standsAfter: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 5 }),
});

function socketPair(loop: EventLoop, urgent: boolean): [LoopSocket, LoopSocket] {
  const pair = new Int32Array(2);
  assert.equal(libc().socketpair(AF_UNIX, SOCK_STREAM_NONBLOCK, 0, pair), 0);
  return [new LoopSocket(loop, pair[0]!, urgent), new LoopSocket(loop, pair[1]!, urgent)];
}

function standStill(time_ms: number): void {
  const end_ms = performance.now() + time_ms;
  while (performance.now() < end_ms);
}

/** Sends piece by piece, and closes in the turn in which the last of it has left. */
class Sender {
  readonly #loop: EventLoop;
  readonly #socket: LoopSocket;

  constructor(loop: EventLoop, socket: LoopSocket) {
    this.#loop = loop;
    this.#socket = socket;
    socket.start({ data: () => {}, ended: () => {} });
  }

  run(steps: readonly { readonly bytes: number; readonly next: string }[]): void {
    const [first, ...rest] = steps;
    if (first === undefined) return this.#closeWhenSent();
    this.#socket.send(new Uint8Array(first.bytes).fill(rest.length));
    if (first.next === "now") this.run(rest);
    else if (first.next === "turn") this.#loop.defer(() => this.run(rest));
    else this.#loop.setTimer(2, () => this.run(rest));
  }

  #closeWhenSent(): void {
    if (this.#socket.queuedBytes === 0) this.#socket.close();
    else this.#loop.setTimer(1, () => this.#closeWhenSent());
  }
}

Deno.test("all that was sent is read, and then the end is told, however both come", async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ urgent, steps, standsAfter }) => {
      const loop = new EventLoop({
        onFault: (what, error) => {
          throw new Error(what, { cause: error });
        },
      });
      const [sending, reading] = socketPair(loop, urgent);
      const sizes = new Array<number>(steps.length).fill(0);
      const ends: string[] = [];
      reading.start({
        data: (slab, end) => {
          for (let i = 0; i < end; i++) sizes[steps.length - 1 - slab[i]!]!++;
        },
        ended: (reason) => {
          ends.push(reason);
          loop.stop();
        },
      });
      new Sender(loop, sending).run(steps);
      if (standsAfter !== null) loop.setTimer(standsAfter, () => standStill(300));
      const stuck = loop.setTimer(5000, () => loop.stop());
      await loop.run();
      stuck.cancel();
      loop.close();
      assert.deepEqual(sizes, steps.map(({ bytes }) => bytes));
      assert.deepEqual(ends, ["closed by the peer"]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("of a socket whose packets take long little is read at a time, of a quick one more", async () => {
  for (const slow of [true, false]) {
    const loop = new EventLoop({
      onFault: (what, error) => {
        throw new Error(what, { cause: error });
      },
    });
    const [sending, reading] = socketPair(loop, false);
    const shares: number[] = [];
    let left = 2 * MAX_SOCKET_TURN_BYTES;
    reading.start({
      data: (_slab, end) => {
        shares.push(end);
        left -= end;
        if (slow) standStill(2 * MAX_SOCKET_TURN_MS);
        if (left === 0) loop.stop();
      },
      ended: () => {},
    });
    sending.start({ data: () => {}, ended: () => {} });
    loop.defer(() => sending.send(new Uint8Array(left)));
    await loop.run();
    reading.close();
    sending.close();
    loop.close();
    if (slow) assert.deepEqual(new Set(shares), new Set([4096]));
    else assert.ok(shares.length < 32, `${shares}`);
  }
});

Deno.test("timers run when they are due, also behind one that was taken back", async () => {
  const loop = new EventLoop({
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const ran: string[] = [];
  const early: string[] = [];
  const at = (delay_ms: number, name: string, then = () => {}) => {
    const due_ms = loop.now() + delay_ms;
    return loop.setTimer(delay_ms, () => {
      ran.push(name);
      if (loop.now() < due_ms) early.push(name);
      then();
    });
  };
  const never = at(5, "never");
  at(30, "second", () => at(0, "third"));
  at(60, "last", () => loop.stop());
  at(10, "first", () => at(1000, "not any more").cancel());
  never.cancel();
  await loop.run();
  loop.close();
  assert.deepEqual(ran, ["first", "second", "third", "last"]);
  assert.deepEqual(early, []);
});
