/**
 * What a command prints under `--json`, said beside the code that prints it. `deno task docs` writes
 * it into `docs/json.md`, and tests hold what is printed against it.
 *
 * @module
 */

/** The part of JSON Schema (2020-12) that `docs/json.md` uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** What a module of commands exports as `schemas`: documents by the names of its commands. */
export type Schemas = Readonly<Record<string, Schema>>;

/** A whole number that JSON can carry. */
export const integer: Schema = { type: "integer" };

/** Any number; a duration in seconds, say. */
export const number: Schema = { type: "number" };

/** A text. */
export const text: Schema = { type: "string" };

/** Yes or no. */
export const bool: Schema = { type: "boolean" };

/** The same, or null where there is nothing. */
export function orNull(schema: Schema & { readonly type: string }): Schema {
  return { ...schema, type: [schema.type, "null"] };
}

/** One of these texts. */
export function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

/** A list of such values. */
export function list(items: Schema): Schema {
  return { type: "array", items };
}

/** An object with all of these properties, and no others. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
