import type { AdminFacts } from "../facts/facts.ts";
import type { History } from "../history/history.ts";
import type { Identity, Role, Tokens } from "../http/tokens.ts";
import type { Story } from "../story/story.ts";
import type { Actions } from "./actions.ts";
import type { Schema } from "./schema.ts";

/** What operations work with. */
export interface OperationContext {
  readonly facts: AdminFacts;
  readonly story: Story;
  readonly history: History;
  readonly tokens: Tokens;
  readonly actions: Actions;
}

/** A request that has passed its schemas. */
export interface OperationRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly who: Identity;
}

/** A parameter of the path or of the query: a text, or a whole number in decimal digits. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly schema: Schema;
}

/** What is judged of a request. */
export interface JudgedParts {
  readonly parameters?: readonly Parameter[];
  readonly body?: Schema;
}

/**
 * One operation of the API. The table of these is the OpenAPI document, the routing, the check of
 * roles and the validation of requests: there is no second place where any of it stands.
 */
export interface ApiOperation extends JudgedParts {
  readonly id: string;
  readonly method: "get" | "post" | "delete";
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly summary: string;
  /** The least role that may. */
  readonly role: Role;
  readonly response: Schema;
  /** What is done; the document that is the answer. */
  run(request: OperationRequest, context: OperationContext): Promise<unknown>;
}
