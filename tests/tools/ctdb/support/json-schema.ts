import type { DocumentSchema } from "../../../../cli/ctdb/framework/schema.ts";

/** Everything in which a value is not what a schema asks for, with the place. */
export function violations(
  value: unknown,
  schema: DocumentSchema,
  definitions: Readonly<Record<string, DocumentSchema>>,
  place = "$",
): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "");
    const target = definitions[name];
    if (target === undefined) return [`${place}: no definition ${name}`];
    return violations(value, target, definitions, place);
  }
  const found: string[] = [];
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return [`${place}: ${JSON.stringify(value)} is not ${types.join(" or ")}`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    found.push(`${place}: ${JSON.stringify(value)} is none of ${JSON.stringify(schema.enum)}`);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    return value.flatMap((item, i) => violations(item, items, definitions, `${place}[${i}]`));
  }
  if (isObject(value)) found.push(...propertyViolations(value, schema, definitions, place));
  return found;
}

function propertyViolations(
  value: Record<string, unknown>,
  { properties = {}, required = [], additionalProperties }: DocumentSchema,
  definitions: Readonly<Record<string, DocumentSchema>>,
  place: string,
): string[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${place}.${name}: missing`);
  const wrong = Object.entries(value).flatMap(([name, item]) => {
    const others = typeof additionalProperties === "object" ? additionalProperties : undefined;
    const schema = properties[name] ?? others;
    if (schema !== undefined) return violations(item, schema, definitions, `${place}.${name}`);
    return additionalProperties === false ? [`${place}.${name}: not in the schema`] : [];
  });
  return [...missing, ...wrong];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    default: {
      const actual: string = typeof value;
      return actual === type;
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schemas of a document: by heading, and the shared definitions. */
export function readSchemas(markdown: string): {
  readonly definitions: Readonly<Record<string, DocumentSchema>>;
  readonly commands: ReadonlyMap<string, DocumentSchema>;
} {
  const sections = markdown.split(/^## /m).slice(1);
  const parsed = sections.map((section) => {
    const block = /```json\n([^]*?)```/.exec(section)?.[1] ?? "{}";
    return [section.split("\n", 1)[0]!, JSON.parse(block) as DocumentSchema] as const;
  });
  const [shared, ...commands] = parsed;
  return {
    definitions: shared![1] as Readonly<Record<string, DocumentSchema>>,
    commands: new Map(commands),
  };
}
