/** `ctdb token`: who may use the admin API over the network. @module */
import type { Call } from "../../framework/call.ts";
import type { LocalCommand } from "../../framework/command.ts";
import { type DocumentSchemas, shape } from "../../framework/schema.ts";
import { askDocument } from "./admin-client.ts";
import { seconds } from "./times.ts";

export const commands = { token } satisfies Record<string, LocalCommand>;

const tokenShape = {
  id: shape.text,
  name: shape.text,
  role: shape.oneOf("viewer", "operator"),
  created_at: shape.text,
  expires_at: shape.orNull(shape.text),
};

/** `create` prints the token itself, `list` all without theirs, `revoke` the id. */
export const schemas = {
  token: {
    type: "object",
    properties: {
      ...tokenShape,
      token: shape.text,
      tokens: shape.list(shape.object(tokenShape)),
      revoked: shape.text,
    },
    additionalProperties: false,
  },
} satisfies DocumentSchemas;

interface TokenDocument {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly token?: string;
}

function token(call: Call): Promise<void> {
  switch (call.operand(0)) {
    case "create":
      return create(call);
    case "list":
      return list(call);
    case "revoke":
      return revoke(call, call.operand(1));
    default:
      return call.usage();
  }
}

async function create(call: Call): Promise<void> {
  const expires = call.flagValue("expires");
  const body = {
    role: call.flagValue("role") ?? "viewer",
    name: call.flagValue("name") ?? "",
    expires_s: expires === undefined ? null : seconds(call, expires),
  };
  const made = await askDocument(call, "/v1/tokens", { method: "POST", body });
  call.print({ human: () => `${made.token}\n`, json: () => made });
}

async function list(call: Call): Promise<void> {
  const { tokens } = await askDocument(call, "/v1/tokens") as { tokens: readonly TokenDocument[] };
  call.print({
    human: () => tokens.length === 0 ? "There are no tokens\n" : tokens.map(line).join(""),
    json: () => ({ tokens }),
  });
}

function line({ id, role, created_at, expires_at, name }: TokenDocument): string {
  const expiry = expires_at === null ? "never expires" : `expires ${expires_at}`;
  return `${id} ${role.padEnd(8)} made ${created_at} ${expiry} ${name}`.trimEnd() + "\n";
}

async function revoke(call: Call, id: string): Promise<void> {
  if (!/^[0-9a-f]{12}$/.test(id)) call.fail(1, `Not the id of a token: ${id}: see ctdb token list`);
  const revoked = await askDocument(call, `/v1/tokens/${id}`, { method: "DELETE" });
  call.print({ human: () => `Token ${id} is revoked\n`, json: () => revoked });
}
