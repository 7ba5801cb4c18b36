/** Tokens of `ctdb web`: that of the address opens one browser, once. */
import assert from "node:assert/strict";
import { WebTokens } from "../../../cli/ctdb/commands/admin/web-tokens.ts";
import { MAX_WEB_SESSIONS } from "../../../lib/limits/mod.ts";

Deno.test("the token of the address works once, and is no session", () => {
  const tokens = new WebTokens();
  const { once } = tokens;
  assert.equal(tokens.knows(once), false);
  const session = tokens.exchange(once);
  assert.ok(session !== undefined && session !== once);
  assert.equal(tokens.knows(session), true);
  assert.equal(tokens.exchange(once), undefined);
  assert.equal(tokens.exchange(session), undefined);
  assert.notEqual(tokens.once, once);
});

Deno.test("a wrong token changes nothing", () => {
  const tokens = new WebTokens();
  const { once } = tokens;
  for (const wrong of ["", "0".repeat(64), once.slice(1), `${once} `, once.toUpperCase() + "A"]) {
    assert.equal(tokens.exchange(wrong), undefined);
    assert.equal(tokens.knows(wrong), false);
  }
  assert.equal(tokens.once, once);
  assert.notEqual(tokens.exchange(once), undefined);
});

Deno.test("so many browsers, and not more: the first has to come again", () => {
  const tokens = new WebTokens();
  const open = () => tokens.exchange(tokens.once)!;
  const first = open();
  const others = Array.from({ length: MAX_WEB_SESSIONS }, open);
  assert.equal(tokens.knows(first), false);
  assert.ok(others.every((session) => tokens.knows(session)));
});
