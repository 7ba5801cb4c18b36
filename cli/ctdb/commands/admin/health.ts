/** `ctdb ready` and `ctdb safe-to-stop`: health for scripts that have no curl. @module */
import type { Call } from "../../framework/call.ts";
import type { LocalCommand } from "../../framework/command.ts";
import { type DocumentSchemas, shape } from "../../framework/schema.ts";
import { askAdmin, NO_ANSWER } from "./admin-client.ts";

export const commands = { ready, "safe-to-stop": safeToStop } satisfies Record<
  string,
  LocalCommand
>;

export const schemas = {
  ready: shape.object({
    ready: shape.bool,
    checks: shape.list(
      shape.object({ name: shape.text, ok: shape.bool, detail: shape.text }),
    ),
  }),
  "safe-to-stop": shape.object({
    node: shape.integer,
    ok: shape.bool,
    reason: shape.orNull(shape.text),
    reasons: shape.list(shape.text),
    silent: shape.list(shape.object({ node: shape.integer, since: shape.text })),
  }),
} satisfies DocumentSchemas;

const OK = 200;
const NOT_OK = 503;

async function ready(call: Call): Promise<number> {
  const { status, text } = await askAdmin(call, "/readyz?verbose");
  if (status !== OK && status !== NOT_OK) call.fail(NO_ANSWER, text.trim());
  const lines = text.trimEnd().split("\n").map((line) => {
    const [, sign, name, detail] = /^\[([+!-])\] ([^:]*): (.*)$/.exec(line) ?? [];
    const check = { name: name ?? line, ok: sign === "+", detail: detail ?? "" };
    return { check, counts: sign !== "!" };
  });
  const failed = lines.filter(({ check, counts }) => counts && !check.ok);
  const aside = lines.filter(({ counts }) => !counts);
  for (const { check } of aside) call.note(`${check.name}: ${check.detail}`);
  const isReady = status === OK;
  call.print({
    human: () =>
      isReady ? "ready\n" : failed
        .map(({ check }) => `not ready: ${check.name}: ${check.detail}\n`).join(""),
    json: () => ({ ready: isReady, checks: lines.map(({ check }) => check) }),
  });
  return isReady ? 0 : 1;
}

async function safeToStop(call: Call): Promise<number> {
  const [node] = call.operands;
  if (node !== undefined && !/^[0-9]{1,4}$/.test(node)) call.fail(1, `Invalid node ${node}`);
  const query = node === undefined ? "" : `?node=${node}`;
  const { status, text } = await askAdmin(call, `/v1/safe-to-stop${query}`);
  const document = JSON.parse(text) as {
    readonly node: number;
    readonly ok: boolean;
    readonly reasons: readonly string[];
    readonly detail?: string;
  };
  if (status !== OK) call.fail(NO_ANSWER, document.detail ?? `status ${status}`);
  call.print({
    human: () =>
      document.ok
        ? `Node ${document.node} can be stopped\n`
        : document.reasons.map((reason) => `Node ${document.node}: ${reason}\n`).join(""),
    json: () => document,
  });
  return document.ok ? 0 : 1;
}
