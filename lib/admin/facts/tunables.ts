import type { ClusterClient } from "../../client/mod.ts";
import { shownTunables, tunableConsequence } from "../../survey/mod.ts";
import { defaultTunables } from "../../wire/mod.ts";
import { askMaybe, GONE } from "./ask.ts";
import type { NodeDocument } from "./node.ts";

/** `GET /v1/tunables`: of every node that answers, beside the defaults. */
export async function tunablesDocument(
  client: ClusterClient,
  own: NodeDocument,
): Promise<Record<string, unknown>> {
  const connected = own.nodes.filter(({ flags }) => (flags & GONE) === 0);
  const answers = await Promise.all(connected.map(async ({ pnn }) => ({
    pnn,
    values: await askMaybe(client, pnn, "GET_ALL_TUNABLES", undefined),
  })));
  return {
    tunables: shownTunables.map(({ name, unit }) => {
      const values = answers.flatMap(({ pnn, values }) =>
        values === undefined ? [] : [{ node: pnn, value: values[name] }]
      );
      return {
        name,
        unit,
        consequence: tunableConsequence(name) ?? null,
        default: defaultTunables[name],
        values,
        changed: values.some(({ value }) => value !== defaultTunables[name]),
        same_everywhere: new Set(values.map(({ value }) => value)).size <= 1,
      };
    }),
  };
}
