/** What administrators are told before they set a tunable. */
import assert from "node:assert/strict";
import { shownTunables, tunableConsequence } from "../../../lib/survey/mod.ts";
import { tunableListOrder } from "../../../lib/wire/mod.ts";

Deno.test("every tunable that lists show says in sentences what setting it leads to", () => {
  const shown = shownTunables.map(({ name }) => name);
  assert.deepEqual(new Set(shown), new Set(tunableListOrder));
  for (const name of shown) {
    const words = tunableConsequence(name) ?? "";
    assert.match(words, /^[A-Z0-9].{24,240}[.]$/, name);
  }
  assert.equal(tunableConsequence("MaxRedirectCount"), undefined);
});
