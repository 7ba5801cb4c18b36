import { MAX_NODES } from "../../limits/mod.ts";

/** A JSON schema of OpenAPI 3.1: plain values, so that it can be served as it stands. */
export type Schema = Readonly<Record<string, unknown>>;

/** A text. */
export const text = (description: string, more: Schema = {}): Schema => ({
  type: "string",
  description,
  ...more,
});

/** A number with a fraction. */
export const number = (description: string, more: Schema = {}): Schema => ({
  type: "number",
  description,
  ...more,
});

/** A whole number from 0 on. */
export const countSchema = (description: string, more: Schema = {}): Schema => ({
  type: "integer",
  minimum: 0,
  description,
  ...more,
});

/** A node, by its number. */
export const nodeNumber = (description: string): Schema =>
  countSchema(description, { maximum: MAX_NODES - 1 });

/** `true` or `false`. */
export const flag = (description: string): Schema => ({ type: "boolean", description });

/** One of some texts. */
export const oneOf = (description: string, values: readonly string[]): Schema => ({
  type: "string",
  enum: values,
  description,
});

/** A moment, as RFC 3339 writes it. */
export const moment = (description: string): Schema => text(description, { format: "date-time" });

/** The same, or null where there is none. */
export const orNull = (schema: Schema): Schema => ({
  ...schema,
  type: [schema.type, "null"],
  ...(Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {}),
});

/** Several of a kind. */
export const listOf = (items: Schema, description = ""): Schema => ({
  type: "array",
  items,
  ...(description === "" ? {} : { description }),
});

/** An object with exactly these properties, all of them there but for the `optional` ones. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}
