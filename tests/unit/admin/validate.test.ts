import assert from "node:assert/strict";
import { openApiDocument } from "../../../lib/admin/api/openapi.ts";
import { OPERATIONS } from "../../../lib/admin/api/operations.ts";
import type { Schema } from "../../../lib/admin/api/schema.ts";
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

/** The description of one operation, as it is served. */
function described(path: string): { parameters: { name: string; schema: Schema }[] } {
  const { paths } = openApiDocument("0") as {
    paths: Record<string, { get: ReturnType<typeof described> }>;
  };
  return paths[path]!.get;
}

Deno.test("numbers are described as such, and judged by the bounds that are described", () => {
  for (const { id, parameters = [] } of OPERATIONS) {
    const judge = (name: string, value: string) => () =>
      new RequestValidator({ parameters }).judge({}, new URLSearchParams({ [name]: value }), {});
    for (const { name, in: place, schema } of parameters) {
      assert.doesNotMatch(String(schema.pattern), /\^\[0-9\]/, `${id} ${name}`);
      if (schema.type !== "integer" || place !== "query") continue;
      const { minimum, maximum } = schema as { minimum: number; maximum: number };
      judge(name, String(minimum))();
      judge(name, String(maximum))();
      const wrong = [`${minimum - 1}`, `${BigInt(maximum) + 1n}`, "1e1", "1.5", "", " 1", "0x1"];
      for (const value of wrong) assert.throws(judge(name, value), { status: 400 }, value);
    }
  }
  const { schema } = described("/v1/clients").parameters.find(({ name }) => name === "limit")!;
  assert.deepEqual([schema.type, schema.minimum, schema.maximum], ["integer", 1, 500]);
  const clients = OPERATIONS.find(({ id }) => id === "clients")!;
  assert.throws(
    () => new RequestValidator(clients).judge({}, new URLSearchParams("limit=0"), {}),
    { message: 'Parameter limit cannot be "0": At most so many: a whole number from 1 to 500' },
  );
});

Deno.test("metrics are described with their names, and in both forms", () => {
  const { parameters, responses } = described("/metrics") as ReturnType<typeof described> & {
    responses: Record<string, { content: Record<string, unknown> }>;
  };
  assert.deepEqual(parameters.map(({ name, schema }) => [name, schema.enum]), [
    ["names", ["exporter"]],
  ]);
  assert.deepEqual(Object.keys(responses["200"]!.content), [
    "text/plain",
    "application/openmetrics-text",
  ]);
});
