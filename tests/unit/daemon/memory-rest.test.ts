import assert from "node:assert/strict";
import { createLogger } from "../../../lib/base/mod.ts";
import { cleanProgramMappings, MemoryRest } from "../../../lib/daemon/edge/memory-rest.ts";
import { VirtualClock } from "../../../testing/mod.ts";

const MIB = 1 << 20;

function node() {
  const clock = new VirtualClock();
  const state = {
    work: { turns: 0, busy: false, busy_us: 0 },
    resident: 80 * MIB,
    after: 40 * MIB,
    collections: 0,
    releases: 0,
  };
  const rest = new MemoryRest({
    clock,
    log: createLogger(() => {}, () => 0),
    work: () => ({ ...state.work }),
    collectCore: () => state.collections++,
    resident: () => state.resident,
    release: () => {
      state.releases++;
      state.resident = state.after;
    },
  });
  rest.start();
  return { clock, state, rest };
}

Deno.test("memory: a node that has nothing to do gives back what its start has left", () => {
  const { clock, state, rest } = node();
  clock.advance(15_000);
  assert.equal(state.collections, 1);
  assert.equal(state.releases, 1);
  clock.advance(100_000);
  assert.equal(state.releases, 1, "nothing has grown since");
  rest.stop();
});

Deno.test("memory: a node under load is left alone, and gives back when the load is over", () => {
  const { clock, state, rest } = node();
  for (let look = 0; look < 5; look++) {
    state.work.turns += 5000;
    clock.advance(10_000);
  }
  assert.equal(state.collections, 0);
  clock.advance(15_000);
  assert.equal(state.releases, 1);
  state.resident = 300 * MIB;
  clock.advance(15_000);
  assert.equal(state.releases, 2, "grown again");
  rest.stop();
});

Deno.test("memory: much is given back at once when nobody asks for anything, a little later", () => {
  const { clock, state, rest } = node();
  clock.advance(15_000);
  assert.equal(state.releases, 1);
  state.resident = state.after + 30 * MIB;
  clock.advance(3000);
  assert.equal(state.releases, 1, "a little");
  state.resident = state.after + 100 * MIB;
  for (let look = 0; look < 3; look++) {
    state.work.turns += 500;
    clock.advance(1000);
  }
  assert.equal(state.collections, 1, "somebody asks");
  clock.advance(2000);
  assert.equal(state.releases, 2);
  rest.stop();
});

Deno.test("memory: what a load soon after the start has left is given back at once, too", () => {
  const { clock, state, rest } = node();
  clock.advance(3000);
  assert.equal(state.releases, 0);
  state.resident += 100 * MIB;
  clock.advance(2000);
  assert.equal(state.releases, 1);
  rest.stop();
});

Deno.test("memory: few turns that take all the time are no rest, and neither is one under way", () => {
  const { clock, state, rest } = node();
  for (let second = 0; second < 20; second++) {
    state.work.turns += 20;
    state.work.busy_us += 900_000;
    clock.advance(1000);
  }
  assert.equal(state.collections, 0);
  state.work.busy = true;
  clock.advance(20_000);
  assert.equal(state.collections, 0, "one turn of 20 s");
  state.work.busy = false;
  clock.advance(15_000);
  assert.equal(state.releases, 1);
  rest.stop();
});

Deno.test("memory: a count of turns that wraps round is no load", () => {
  const { clock, state, rest } = node();
  state.work.turns = 0x7fff_fff0;
  clock.advance(10_000);
  assert.equal(state.collections, 0);
  state.work.turns = -0x7fff_fff0;
  clock.advance(15_000);
  assert.equal(state.collections, 1);
  rest.stop();
});

function mapping(head: string, values: Record<string, number>): string {
  const numbers = { Rss: 100, Private_Dirty: 0, Anonymous: 0, Swap: 0, ...values };
  const lines = Object.entries(numbers).map(([name, kib]) =>
    `${name}: ${String(kib).padStart(9)} kB`
  );
  return [head, ...lines].join("\n");
}

Deno.test("memory: only pages that can be read again from the program are let go", () => {
  const smaps = [
    mapping("1000-2000 r-xp 00000000 fe:00 77     /opt/a b/bin/ctdbd", {}),
    mapping("2000-3000 r--p 00001000 fe:00 77     /opt/a b/bin/ctdbd", { Anonymous: 4 }),
    mapping("3000-4000 r--p 00001000 fe:00 77     /opt/a b/bin/ctdbd", { Swap: 4 }),
    mapping("4000-5000 rw-p 00001000 fe:00 77     /opt/a b/bin/ctdbd", {}),
    mapping("5000-6000 r-xp 00000000 fe:00 78     /usr/lib/libc.so.6", {}),
    mapping("6000-7000 r--s 00000000 fe:00 79     /var/lib/ctdb/x.tdb.0", {}),
    mapping("7000-8000 r--p 00000000 fe:00 79     /var/lib/ctdb/x.tdb.0", {}),
    mapping("8000-9000 r--p 00000000 00:00 0 ", {}),
    mapping("7f0000000000-7f0000001000 r--p 00000000 fe:00 80 /usr/lib/libtdb.so.1.4.8", {}),
  ].join("\n");
  assert.deepEqual(cleanProgramMappings(smaps, "/opt/a b/bin/ctdbd"), [
    { start: 0x1000n, end: 0x2000n },
    { start: 0x5000n, end: 0x6000n },
    { start: 0x7f0000000000n, end: 0x7f0000001000n },
  ]);
});
