import { Validator } from "@cfworker/json-schema";
import { Problem } from "../http/problem.ts";
import type { JudgedParts, OperationRequest } from "./operation.ts";
import type { Schema } from "./schema.ts";

/** Judges what comes in for one operation, by the schemas that the OpenAPI document shows. */
export class RequestValidator {
  readonly #operation: JudgedParts;
  readonly #body: Validator | undefined;
  readonly #parameters: ReadonlyMap<string, { validator: Validator; schema: Schema }>;

  constructor(operation: JudgedParts) {
    this.#operation = operation;
    this.#body = operation.body === undefined ? undefined : validatorOf(operation.body);
    this.#parameters = new Map(
      (operation.parameters ?? []).map(({ name, schema }) => [
        name,
        { validator: validatorOf(schema), schema },
      ]),
    );
  }

  /** Whether the operation takes a body. */
  get takesBody(): boolean {
    return this.#body !== undefined;
  }

  /**
   * Parameters and body as they may be used.
   *
   * @throws {Problem} something is not as its schema says
   */
  judge(
    params: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: unknown,
  ): Pick<OperationRequest, "params" | "query" | "body"> {
    for (const [name, value] of Object.entries(params)) this.#check(name, value);
    const known: Record<string, string> = {};
    for (const [name, value] of query) {
      const parameter = this.#operation.parameters?.find((one) =>
        one.name === name && one.in === "query"
      );
      if (parameter === undefined) throw new Problem(400, `Unknown parameter ${quote(name)}`);
      if (Object.hasOwn(known, name)) throw new Problem(400, `Parameter ${name} is there twice`);
      this.#check(name, value);
      known[name] = value;
    }
    if (this.#body === undefined) return { params, query: known, body: {} };
    const { valid, errors } = this.#body.validate(body);
    if (!valid) {
      const { instanceLocation, error } = errors.at(-1)!;
      throw new Problem(400, `The body is not as it shall be at ${instanceLocation}: ${error}`);
    }
    return { params, query: known, body: body as Readonly<Record<string, unknown>> };
  }

  #check(name: string, value: string): void {
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) return;
    const { validator, schema } = parameter;
    if (validator.validate(schema.type === "integer" ? wholeNumber(value) : value).valid) return;
    throw new Problem(400, `Parameter ${name} cannot be ${quote(value)}: ${wish(schema)}`);
  }
}

/** A validator for a schema of ours; the first error is enough. */
export function validatorOf(schema: Schema): Validator {
  return new Validator({ ...schema }, "2020-12", true);
}

/** The number that a text is; the text itself when it is none, which no schema of a number takes. */
function wholeNumber(value: string): number | string {
  return /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
}

/** What a parameter is to be, in words. */
function wish({ description, type, minimum, maximum, enum: words }: Schema): string {
  if (type === "integer") return `${description}: a whole number from ${minimum} to ${maximum}`;
  return Array.isArray(words) ? `${description}: ${words.join(", ")}` : String(description);
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 80));
}
