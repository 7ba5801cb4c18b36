import assert from "node:assert/strict";
import { OPERATIONS } from "../../../lib/admin/api/operations.ts";
import { RequestValidator } from "../../../lib/admin/api/validate.ts";

Deno.test("a parameter that cannot be is told with its value and what it is to be", () => {
  const history = OPERATIONS.find(({ id }) => id === "history")!;
  const judge = (query: string) =>
    new RequestValidator(history).judge({}, new URLSearchParams(query), {});
  assert.deepEqual(judge("minutes=5").query, { minutes: "5" });
  assert.throws(() => judge("around=now"), {
    message: 'Parameter around cannot be "now": RFC 3339, or seconds since 1970; now unless given',
  });
  assert.throws(() => judge("round=1"), { message: 'Unknown parameter "round"' });
});

Deno.test("every parameter says what it is to be", () => {
  const parameters = OPERATIONS.flatMap(({ parameters }) => parameters ?? []);
  assert.ok(parameters.length > 10);
  for (const { name, schema } of parameters) {
    assert.equal(typeof schema.description, "string", name);
  }
});
