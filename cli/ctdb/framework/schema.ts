/**
 * What a command prints under `--json`, said beside the code that prints it. `deno task docs` writes
 * it into `docs/json.md`, and tests hold what is printed against it.
 *
 * @module
 */

/** The part of JSON Schema (2020-12) that `docs/json.md` uses. */
export interface DocumentSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, DocumentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | DocumentSchema;
  readonly items?: DocumentSchema;
}

/** What a module of commands exports as `schemas`: documents by the names of its commands. */
export type DocumentSchemas = Readonly<Record<string, DocumentSchema>>;

/** Schemas, put together. */
export const shape = {
  /** A whole number that JSON can carry. */
  integer: { type: "integer" },
  /** Any number; a duration in seconds, say. */
  number: { type: "number" },
  text: { type: "string" },
  bool: { type: "boolean" },

  /** The same, or null where there is nothing. */
  orNull: <T extends DocumentSchema & { readonly type: string }>(schema: T): DocumentSchema => ({
    ...schema,
    type: [schema.type, "null"],
  }),

  /** One of these texts. */
  oneOf: (...values: readonly string[]): DocumentSchema => ({ type: "string", enum: values }),

  list: (items: DocumentSchema): DocumentSchema => ({ type: "array", items }),

  /** An object with all of these properties, and no others. */
  object: (properties: Readonly<Record<string, DocumentSchema>>): DocumentSchema => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }),
} as const;
