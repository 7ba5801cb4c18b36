import { Validator } from "@cfworker/json-schema";
import { Problem } from "../http/problem.ts";
import type { ApiOperation, OperationRequest } from "./operation.ts";
import type { Schema } from "./schema.ts";

/** Judges what comes in for one operation, by the schemas that the OpenAPI document shows. */
export class RequestValidator {
  readonly #operation: ApiOperation;
  readonly #body: Validator | undefined;
  readonly #parameters: ReadonlyMap<string, { validator: Validator; description: unknown }>;

  constructor(operation: ApiOperation) {
    this.#operation = operation;
    this.#body = operation.body === undefined ? undefined : validatorOf(operation.body);
    this.#parameters = new Map(
      (operation.parameters ?? []).map(({ name, schema }) => [
        name,
        { validator: validatorOf(schema), description: schema.description },
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
    if (parameter === undefined || parameter.validator.validate(value).valid) return;
    const { description } = parameter;
    throw new Problem(400, `Parameter ${name} cannot be ${quote(value)}: ${description}`);
  }
}

/** A validator for a schema of ours; the first error is enough. */
export function validatorOf(schema: Schema): Validator {
  return new Validator({ ...schema }, "2020-12", true);
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 80));
}
