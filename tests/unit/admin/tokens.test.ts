/** Tokens: made, known again, expired, revoked; nothing but hashes is kept. */
import assert from "node:assert/strict";
import { timingSafeEqual } from "node:crypto";
import fc from "fast-check";
import {
  type StoredToken,
  TokenError,
  Tokens,
  type TokenStore,
} from "../../../lib/admin/http/tokens.ts";

/** A store in memory. */
class Store implements TokenStore {
  readonly kept = new Map<string, StoredToken>();
  load = () => Promise.resolve([...this.kept.values()]);
  put = (token: StoredToken) => Promise.resolve(void this.kept.set(token.id, token));
  remove = (id: string) => Promise.resolve(void this.kept.delete(id));
}

const wish = { name: "monitoring", role: "viewer" as const, expires_s: null };

Deno.test("a token is known by its text, also after a restart", async () => {
  const store = new Store();
  const tokens = await Tokens.load(store);
  const { text, token } = await tokens.create(wish);
  const who = { name: "token monitoring", role: "viewer", token: token.id };
  assert.deepEqual(await tokens.identify(text), who);
  assert.deepEqual(await (await Tokens.load(store)).identify(text), who);
  assert.ok(!JSON.stringify([...store.kept.values()]).includes(text.split("_")[2]!));
  assert.equal(tokens.list()[0]!.id, token.id);
});

Deno.test("one letter off is nobody's", async () => {
  const tokens = await Tokens.load(new Store());
  const { text } = await tokens.create(wish);
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === "0" ? "1" : "0";
    assert.equal(await tokens.identify(text.slice(0, at) + other + text.slice(at + 1)), undefined);
  }
  assert.equal(await tokens.identify(`${text} `), undefined);
  assert.equal(await tokens.identify(""), undefined);
});

Deno.test("no text is somebody's by accident", async () => {
  const tokens = await Tokens.load(new Store());
  await tokens.create(wish);
  await fc.assert(fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
    assert.equal(await tokens.identify(text), undefined);
  }));
});

Deno.test("whatever is given, one comparison is made, of two hashes of one length", async () => {
  const compared: (readonly [Uint8Array, Uint8Array])[] = [];
  const tokens = await Tokens.load(new Store(), Date.now, (a, b) => {
    compared.push([a.slice(), b.slice()]);
    return timingSafeEqual(a, b);
  });
  const { text } = await tokens.create(wish);
  const [, id] = text.split("_");
  const hex = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`), { size: "max" });
  const given = fc.oneof(
    fc.constant(text),
    fc.string({ maxLength: 300 }),
    hex(64).map((secret) => `ctdb_${id}_${secret}`),
    fc.tuple(hex(12), hex(64)).map(([other, secret]) => `ctdb_${other}_${secret}`),
    fc.nat({ max: text.length }).map((end) => text.slice(0, end)),
  );
  await fc.assert(fc.asyncProperty(given, async (token) => {
    compared.length = 0;
    assert.equal(await tokens.identify(token) !== undefined, token === text);
    assert.deepEqual(compared.map(([a, b]) => [a.length, b.length]), [[32, 32]]);
    // Never the secrets themselves, which would differ where they were guessed wrong.
    const [[a]] = compared as [readonly [Uint8Array, Uint8Array]];
    assert.ok(!token.includes(a.toHex()));
  }));
});

Deno.test("a token expires, and is revoked", async () => {
  let now_ms = 1_000_000;
  const store = new Store();
  const tokens = await Tokens.load(store, () => now_ms);
  const { text } = await tokens.create({ ...wish, role: "operator", expires_s: 60 });
  assert.equal((await tokens.identify(text))?.role, "operator");
  now_ms += 60_000;
  assert.equal(await tokens.identify(text), undefined);
  assert.deepEqual(tokens.list(), []);
  const second = await tokens.create(wish);
  assert.equal(store.kept.size, 1, "what has expired is not kept for ever");
  assert.equal(await tokens.revoke(second.token.id), true);
  assert.equal(await tokens.revoke(second.token.id), false);
  assert.equal(await tokens.identify(second.text), undefined);
});

Deno.test("there is an end to making tokens", async () => {
  const tokens = await Tokens.load(new Store());
  for (let made = 0; made < 256; made++) await tokens.create(wish);
  await assert.rejects(tokens.create(wish), TokenError);
});
