import { MAX_TOKEN_LIFE_S } from "../../limits/mod.ts";
import { TokenError } from "../http/tokens.ts";
import { tokenDocument } from "../http/tokens.ts";
import { Problem } from "../http/problem.ts";
import { tokenSchema } from "./document-schemas.ts";
import type { ApiOperation } from "./operation.ts";
import { listOf, object, oneOf, type Schema, text } from "./schema.ts";

const withText: Schema = object({
  ...(tokenSchema.properties as Readonly<Record<string, Schema>>),
  token: text("The token itself, told only now"),
});

/** Tokens, made and revoked by root through the Unix socket: `ctdb token`. */
export const TOKEN_OPERATIONS: readonly ApiOperation[] = [
  {
    id: "list-tokens",
    method: "get",
    path: "/v1/tokens",
    summary: "The tokens, without their secrets",
    role: "owner",
    response: object({ tokens: listOf(tokenSchema) }),
    run: (_request, { tokens }) =>
      Promise.resolve({ tokens: tokens.list().map((token) => tokenDocument(token)) }),
  },
  {
    id: "create-token",
    method: "post",
    path: "/v1/tokens",
    summary: "Make a token",
    role: "owner",
    body: object({
      role: oneOf("What it may do", ["viewer", "operator"]),
      name: text("What it is for", { maxLength: 64, pattern: "^[ -~]*$" }),
      expires_s: {
        type: ["integer", "null"],
        minimum: 1,
        maximum: MAX_TOKEN_LIFE_S,
        description: "How long it works, in seconds; null: until it is revoked",
      },
    }, ["name", "expires_s"]),
    response: withText,
    async run({ body }, { tokens }) {
      try {
        const { token, text } = await tokens.create({
          role: body.role === "operator" ? "operator" : "viewer",
          name: String(body.name ?? ""),
          expires_s: typeof body.expires_s === "number" ? body.expires_s : null,
        });
        return { ...tokenDocument(token), token: text };
      } catch (error) {
        if (error instanceof TokenError) throw new Problem(409, error.message);
        throw error;
      }
    },
  },
  {
    id: "revoke-token",
    method: "delete",
    path: "/v1/tokens/{id}",
    summary: "Revoke a token",
    role: "owner",
    parameters: [{
      name: "id",
      in: "path",
      schema: text("Id of a token", { pattern: "^[0-9a-f]{12}$", maxLength: 12 }),
    }],
    response: object({ revoked: text("Its id") }),
    async run({ params }, { tokens }) {
      if (!await tokens.revoke(params.id!)) {
        throw new Problem(404, `There is no token ${params.id}: see \`ctdb token list\``);
      }
      return { revoked: params.id };
    },
  },
];
