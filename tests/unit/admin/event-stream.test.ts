/** Streams of events: they end when the reader has gone, or may not read any more. */
import assert from "node:assert/strict";
import { EventStreams } from "../../../lib/admin/http/event-stream.ts";
import { Tokens } from "../../../lib/admin/http/tokens.ts";
import { Story } from "../../../lib/admin/story/story.ts";

/** Tokens that nothing keeps, at a time of one's own. */
async function tokensAt(clock: { now_ms: number }): Promise<Tokens> {
  const store = {
    load: () => Promise.resolve([]),
    put: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
  return await Tokens.load(store, () => clock.now_ms);
}

for (const form of ["sse", "cbor"] as const) {
  for (const end of ["revoked", "expired"] as const) {
    Deno.test(`${form}: nothing is told to a reader whose token was ${end}`, async () => {
      const clock = { now_ms: 0 };
      const tokens = await tokensAt(clock);
      const { text, token } = await tokens.create({ name: "", role: "viewer", expires_s: 60 });
      const who = (await tokens.identify(text))!;
      const story = new Story();
      const streams = new EventStreams(story);
      const { body } = streams.open(form, [], {
        signal: new AbortController().signal,
        allowed: () => tokens.stillHolds(who),
      });
      story.record({ kind: "link-up", peer: 1 }, 0);
      assert.equal(streams.size, 1);
      if (end === "revoked") await tokens.revoke(token.id);
      else clock.now_ms = 60_000;
      story.record({ kind: "link-up", peer: 2 }, 0);
      assert.equal(streams.size, 0);
      const told = await new Response(body).text();
      assert.equal([...told.matchAll(/link-up/g)].length, 1);
    });
  }
}

Deno.test("who asks through the Unix socket holds no token that could be taken away", async () => {
  const tokens = await tokensAt({ now_ms: 0 });
  assert.ok(tokens.stillHolds({ name: "unix socket", role: "owner" }));
});
