import assert from "node:assert/strict";
import { Keepalive } from "../../../lib/membership/mod.ts";
import { KeepaliveVersion } from "../../../lib/wire/mod.ts";

/** The rule by which a C node decides that it must shut down (`wire.md` 3.9). */
function cNodeLoses(own: { version: number; uptime_s: number }, peer: typeof own): boolean {
  if (peer.version === own.version) return false;
  if (peer.uptime_s !== own.uptime_s) return peer.uptime_s > own.uptime_s;
  return peer.version > own.version;
}

Deno.test("a peer is dead after so many silent intervals, and any frame counts as life", () => {
  const keepalive = new Keepalive();
  for (let i = 0; i < 4; i++) assert.equal(keepalive.tick(1, true, 5), "alive");
  keepalive.received(1);
  for (let i = 0; i < 5; i++) assert.equal(keepalive.tick(1, true, 5), "alive");
  assert.equal(keepalive.tick(1, true, 5), "dead");
});

Deno.test("a link that broke starts the count again", () => {
  const keepalive = new Keepalive();
  for (let i = 0; i < 4; i++) keepalive.tick(1, true, 5);
  keepalive.reset(1);
  assert.equal(keepalive.tick(1, true, 5), "alive");
});

Deno.test("frames of a node that counts as disconnected make it connected", () => {
  const keepalive = new Keepalive();
  assert.equal(keepalive.tick(1, false, 5), "alive");
  keepalive.received(1);
  assert.equal(keepalive.tick(1, false, 5), "connected");
});

Deno.test("no C node of any release shuts down because of what we say, whoever is older", () => {
  for (const version of Object.values(KeepaliveVersion)) {
    for (const theirs_s of [0, 1, 5, 100_000]) {
      for (const ours_s of [0, 1, 5, 100_000]) {
        const keepalive = new Keepalive();
        const peer = { version, uptime_s: theirs_s };
        assert.equal(cNodeLoses(peer, keepalive.content(1, ours_s)), false, "before it spoke");
        keepalive.heard(1, version);
        assert.deepEqual(keepalive.content(1, ours_s), { version, uptime_s: ours_s });
        assert.equal(cNodeLoses(peer, keepalive.content(1, ours_s)), false, "after it spoke");
      }
    }
  }
});

Deno.test("each peer is told its own version, so that a cluster may have several", () => {
  const keepalive = new Keepalive();
  keepalive.heard(1, KeepaliveVersion.V4_17);
  keepalive.heard(2, KeepaliveVersion.V4_24);
  assert.equal(keepalive.content(1, 9).version, KeepaliveVersion.V4_17);
  assert.equal(keepalive.content(2, 9).version, KeepaliveVersion.V4_24);
});
