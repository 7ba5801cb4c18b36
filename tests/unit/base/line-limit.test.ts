import assert from "node:assert/strict";
import { createLogger, LineLimit } from "../../../lib/base/mod.ts";
import {
  MAX_LIMITED_LINE_KINDS,
  MAX_OUTSIDE_LOG_LINES,
  OUTSIDE_LOG_WINDOW_MS,
} from "../../../lib/limits/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

function open() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const sink = new LineLimit(clock).over((_level, part, text) => lines.push(`${part}: ${text}`));
  return { clock, lines, log: createLogger(sink, () => 10).child("core") };
}

const MANY = MAX_OUTSIDE_LOG_LINES + 1000;

Deno.test("of many lines from outside a few are written, the others counted", () => {
  const { clock, lines, log } = open();
  for (let i = 0; i < MANY; i++) log.outside.warning(`frame of client ${i}, magic 0x${i}f`);
  assert.equal(lines.length, MAX_OUTSIDE_LOG_LINES);
  clock.advance(OUTSIDE_LOG_WINDOW_MS);
  const last = `frame of client ${MANY - 1}, magic 0x${MANY - 1}f`;
  assert.equal(lines.length, MAX_OUTSIDE_LOG_LINES + 1);
  assert.equal(lines.at(-1), `core: 1000 more lines of this kind in 10 s: ${last}`);
});

Deno.test("a new window begins anew; one that held nothing back says nothing", () => {
  const { clock, lines, log } = open();
  log.outside.error("frame 1");
  clock.advance(OUTSIDE_LOG_WINDOW_MS);
  for (let i = 0; i < MANY; i++) log.outside.error(`frame ${i}`);
  assert.equal(lines.length, 1 + MAX_OUTSIDE_LOG_LINES);
});

Deno.test("kinds are limited apart, and lines of our own not at all", () => {
  const { lines, log } = open();
  for (let i = 0; i < MANY; i++) log.outside.error(`frame ${i}`);
  log.outside.error("tunnel 7");
  log.outside.warning("frame 7");
  for (let i = 0; i < MANY; i++) log.error(`frame ${i}`);
  assert.equal(lines.length, MAX_OUTSIDE_LOG_LINES + 2 + MANY);
});

Deno.test("whoever makes up kinds fills neither log nor memory", () => {
  const { clock, lines, log } = open();
  const word = (i: number) =>
    i.toString(26).replace(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)]!);
  for (let i = 0; i < MANY; i++) log.outside.error(`name ${word(i)}`);
  const most = MAX_LIMITED_LINE_KINDS + MAX_OUTSIDE_LOG_LINES;
  assert.ok(lines.length <= most, `${lines.length}`);
  clock.advance(OUTSIDE_LOG_WINDOW_MS);
  assert.ok(lines.length <= most + 1, `${lines.length}`);
});

Deno.test("what the level leaves out is not counted", () => {
  const { clock, lines, log } = open();
  const quiet = createLogger(new LineLimit(clock).over((...[, , t]) => lines.push(t)), () => 0);
  for (let i = 0; i < MANY; i++) quiet.outside.warning(`frame ${i}`);
  clock.advance(OUTSIDE_LOG_WINDOW_MS);
  assert.deepEqual(lines, []);
  assert.equal(log.level, 10);
});
