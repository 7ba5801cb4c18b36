/** Events: kept in bounds, told to listeners and to other nodes; bytes from others are hostile. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Errno, type Happening, nullLogger, RECOVERY_CAUSES } from "../../../lib/base/mod.ts";
import { StoryExchange } from "../../../lib/admin/story/exchange.ts";
import { readMessage } from "../../../lib/admin/story/story-message.ts";
import { EVENT_KINDS, tell } from "../../../lib/admin/story/happening-texts.ts";
import { LockStorms } from "../../../lib/admin/story/lock-storms.ts";
import { ScriptStory } from "../../../lib/admin/story/script-story.ts";
import { Story } from "../../../lib/admin/story/story.ts";

const up: Happening = { kind: "link-up", peer: 1 };

Deno.test("ids grow, also over a restart and when the clock stands still", () => {
  const story = new Story(() => 1_000);
  const ids = [1, 2, 3].map(() => story.record(up, 0).id);
  assert.deepEqual(ids, [1_000_000, 1_000_001, 1_000_002]);
  const later = new Story(() => 1_001).record(up, 0).id;
  assert.ok(later > ids.at(-1)!);
});

Deno.test("a reader goes on behind the last id that it has", () => {
  const story = new Story(() => 5);
  const events = [0, 1, 2, 3].map((pnn) => story.record(up, pnn));
  assert.deepEqual(story.after(events[1]!.id).map(({ node }) => node), [2, 3]);
  assert.deepEqual(story.after(events[3]!.id), []);
  assert.equal(story.after(0).length, 4);
});

Deno.test("memory is bounded", () => {
  const story = new Story();
  for (let count = 0; count < 5000; count++) story.record(up, 0);
  assert.equal(story.after(0).length, 4096);
});

/** An example of every kind, so that nothing that is sent is refused. */
const EXAMPLES: readonly Happening[] = [
  { kind: "daemon-started", version: "1" },
  { kind: "daemon-running" },
  { kind: "daemon-stopping", reason: "r" },
  up,
  { kind: "link-down", peer: 1, reason: "r" },
  { kind: "election-called", reason: "r" },
  { kind: "leader-changed", leader: null },
  { kind: "recovery-mode", active: false },
  { kind: "recovery-started", reason: "r", generation: 5 },
  {
    kind: "recovery-finished",
    reason: "r",
    cause: "members",
    generation: 5,
    duration_ms: 1,
    steps: [{ step: "s", duration_ms: 1 }],
  },
  {
    kind: "recovery-failed",
    reason: "r",
    cause: "retry",
    generation: 5,
    duration_ms: 1,
    failure: "f",
  },
  ...RECOVERY_CAUSES.flatMap((cause): Happening[] => {
    const shared = { reason: "r", cause, generation: 5, duration_ms: 1 };
    return [
      { kind: "recovery-finished", ...shared, steps: [] },
      { kind: "recovery-failed", ...shared, failure: "f" },
    ];
  }),
  { kind: "flags-changed", of: 1, before: 0, after: 1 },
  { kind: "change-requested", change: "stop", from: 1, client: 0 },
  { kind: "banned", duration_s: 1, reason: "r" },
  { kind: "ban-lifted" },
  { kind: "takeover-finished", moves: [{ address: "192.0.2.1", from: null, to: 1 }] },
  { kind: "takeover-failed", failure: "f" },
  { kind: "address-taken", address: "192.0.2.1", interface: "eth0" },
  { kind: "address-released", address: "192.0.2.1", to: null },
  { kind: "address-failed", address: "192.0.2.1", failure: "f" },
  { kind: "script-failed", event: "monitor", script: "50.samba", result: 1, output: "o" },
  { kind: "script-timed-out", event: "monitor", script: "50.samba", result: -62, output: "" },
  { kind: "script-mended", event: "monitor", script: "50.samba" },
  { kind: "lock-storm", waiting: 30 },
  { kind: "lock-storm-over", duration_ms: 3 },
  { kind: "nodes-reloaded", nodes: 3 },
  { kind: "tunable-set", name: "EnableBans", value: 0 },
  { kind: "operator-action", who: "w", action: "a", result: "done" },
  { kind: "admin-trouble", failure: "f" },
];

Deno.test("every kind is told in words, and understood by the other node", () => {
  assert.deepEqual(new Set(EXAMPLES.map(({ kind }) => kind)), new Set(EVENT_KINDS));
  for (const happening of EXAMPLES) {
    const { text } = tell(happening, 2);
    assert.ok(text.length > 5 && !/undefined|NaN|\.$/.test(text), text);
    const message = { v: 1, node: 2, events: [{ time_ms: 5, happening }] };
    const read = readMessage(new TextEncoder().encode(JSON.stringify(message)));
    assert.deepEqual(read?.events?.[0]?.happening, happening);
    for (const name of Object.keys(happening)) {
      const broken = { ...happening, [name]: { hostile: true } };
      assert.deepEqual(understood([broken]), [], `${name} of ${JSON.stringify(broken)}`);
    }
  }
});

/** What of the events of a message reaches the other node. */
function understood(happenings: readonly unknown[]): readonly Happening[] {
  const events = happenings.map((happening) => ({ time_ms: 5, happening }));
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, node: 2, events }));
  return readMessage(bytes)!.events!.map(({ happening }) => happening);
}

Deno.test("what is not understood of a message takes nothing else with it", () => {
  const later = { kind: "node-dreams", of: "sheep" };
  const wrong = { kind: "link-down", peer: 1 };
  const older = {
    kind: "recovery-failed",
    reason: "r",
    generation: 5,
    duration_ms: 1,
    failure: "",
  };
  const more = { ...up, mood: "good", constructor: 7 };
  assert.deepEqual(understood([later, older, wrong, null, more, up]), [older, up, up]);
});

Deno.test("bytes from others are refused or understood, never thrown about", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.equal(readMessage(bytes), undefined);
  }));
  fc.assert(fc.property(fc.json(), (text) => {
    assert.equal(readMessage(new TextEncoder().encode(text)), undefined);
  }));
  fc.assert(fc.property(
    fc.constantFrom(...EXAMPLES),
    fc.jsonValue(),
    fc.constantFrom("node", "events", "hello", "v"),
    (happening, value, place) => {
      const message = { v: 1, node: 0, events: [{ time_ms: 1, happening }], [place]: value };
      const story = new Story();
      const bytes = new TextEncoder().encode(JSON.stringify(message));
      new StoryExchange(story, 9, nullLogger).received(bytes);
      for (const { text } of story.after(0)) assert.equal(typeof text, "string");
    },
  ));
  assert.equal(readMessage(new Uint8Array(70_000)), undefined);
});

Deno.test("a script that goes on failing is one event, and its success another", () => {
  const told: Happening[] = [];
  const scripts = new ScriptStory((happening) => told.push(happening));
  const run = (result: number, output = "") =>
    scripts.ran("monitor", {
      summary: result,
      scripts: [
        { name: "01.first", begin_us: 1n, end_us: 2n, result: 0, output: "" },
        { name: "50.samba", begin_us: 1n, end_us: 2n, result, output },
        { name: "60.off", begin_us: 1n, end_us: 1n, result: -Errno.ENOEXEC, output: "" },
        { name: "99.last", begin_us: 0n, end_us: 0n, result: -Errno.ENODATA, output: "" },
      ],
    });
  run(0);
  run(1, "smbd is gone\n");
  run(1, "smbd is still gone\n");
  run(-Errno.ETIMEDOUT);
  run(0);
  run(0);
  assert.deepEqual(told.map(({ kind }) => kind), [
    "script-failed",
    "script-timed-out",
    "script-mended",
  ]);
  assert.deepEqual(told[0], {
    kind: "script-failed",
    event: "monitor",
    script: "50.samba",
    result: 1,
    output: "smbd is gone",
  });
});

Deno.test("a storm of locks has a beginning and an end", () => {
  const told: Happening[] = [];
  const storms = new LockStorms((happening) => told.push(happening));
  const locks = (numPending: number) => ({
    numCalls: 0,
    numCurrent: 0,
    numPending,
    numFailed: 0,
    latency: { num: 0, min_s: 0, max_s: 0, total_s: 0 },
    buckets: [],
  });
  [0, 19, 25, 30, 10, 4, 10].forEach((waiting, second) =>
    storms.look(locks(waiting), second * 1000)
  );
  assert.deepEqual(told, [
    { kind: "lock-storm", waiting: 25 },
    { kind: "lock-storm-over", duration_ms: 3000 },
  ]);
});

Deno.test("a listener that throws keeps nobody from hearing, least of all who tells", () => {
  const failures: unknown[] = [];
  const story = new Story(Date.now, (error) => failures.push(error));
  const heard: number[] = [];
  story.listen(() => {
    throw new Error("broken");
  });
  story.listen(({ node }) => heard.push(node));
  story.record(up, 3);
  assert.deepEqual([heard, failures.length], [[3], 1]);
});

Deno.test("how fast others answer a node is believed if it has the form", () => {
  const said = (round_trips: unknown) => {
    const hello = { version: "1", configuration: "c", round_trips };
    const message = { v: 1, node: 2, hello };
    return readMessage(new TextEncoder().encode(JSON.stringify(message)))?.hello?.round_trips;
  };
  assert.deepEqual(said([[0, 0.001], [1, 2]]), [[0, 0.001], [1, 2]]);
  for (const wrong of [7, "x", [[0]], [[0, "1"]], [[0, 1, 2]], [0, 1], [[0, null]], {}]) {
    assert.equal(said(wrong), undefined, JSON.stringify(wrong));
  }
});
