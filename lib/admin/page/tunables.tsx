import { useState } from "preact/hooks";
import { type Api, ApiError } from "./api.ts";
import { Confirmation } from "./confirmation.tsx";
import type { TunableRow, TunablesDocument } from "./documents.ts";
import { Badge, Panel } from "./parts.tsx";

/** Asks the operator for a new value. */
export type Tune = (row: TunableRow) => void;

/** Tunables that somebody has set, and on demand all; operators set them. */
export function TunablesPart(
  { tunables, tune }: { tunables: TunablesDocument; tune: Tune | undefined },
) {
  const [all, setAll] = useState(false);
  const set = tunables.tunables.filter((row) => row.changed || !row.same_everywhere);
  const shown = all ? tunables.tunables : set;
  return (
    <Panel id="tunables" title="Tunables" aside={<>{set.length} not at their defaults</>}>
      {shown.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Tunable</th>
                <th class="right">Value</th>
                <th class="right wide">Default</th>
                {tune !== undefined && <th class="right">Actions</th>}
              </tr>
            </thead>
            <tbody>{shown.map((row) => <Row key={row.name} row={row} tune={tune} />)}</tbody>
          </table>
        </div>
      )}
      {shown.length === 0 && <p class="faint">All are at their defaults.</p>}
      <button type="button" class="more" onClick={() => setAll(!all)}>
        {all ? "Show only those that are set" : `Show all ${tunables.tunables.length}`}
      </button>
    </Panel>
  );
}

function Row({ row, tune }: { row: TunableRow; tune: Tune | undefined }) {
  const { name, consequence, values, same_everywhere } = row;
  const value = same_everywhere
    ? inUnit(values[0]?.value, row)
    : values.map(({ node, value }) => `node ${node}: ${inUnit(value, row)}`).join(", ");
  return (
    <tr data-tunable={name}>
      <th scope="row" class="mono" title={consequence ?? ""}>{name}</th>
      <td class="right">
        {!same_everywhere && <Badge health="warning">differs</Badge>} {value}
      </td>
      <td class="right wide">{inUnit(row.default, row)}</td>
      {tune !== undefined && (
        <td class="right">
          <button type="button" aria-label={`Set ${name}`} onClick={() => tune(row)}>Set …</button>
        </td>
      )}
    </tr>
  );
}

function inUnit(value: number | undefined, { unit }: TunableRow): string {
  if (value === undefined) return "–";
  return unit === "count" || unit === "flag" ? String(value) : `${value} ${unit}`;
}

const LARGEST = 0xffff_ffff;

/** The dialog that sets a tunable, on all nodes that answer or on one. */
export function TunableDialog(
  { api, row, close }: { api: Api; row: TunableRow; close: (done: boolean) => void },
) {
  const nodes = row.values.map(({ node }) => node);
  const [value, setValue] = useState(String(row.values[0]?.value ?? row.default));
  const [node, setNode] = useState("all");
  const run = async () => {
    const wanted = node === "all" ? nodes : [Number(node)];
    const done: number[] = [];
    for (const pnn of wanted) {
      try {
        await api.post(`/v1/tunables/${row.name}`, { node: pnn, value: Number(value) });
        done.push(pnn);
      } catch (error) {
        throw done.length === 0 ? error : halfDone(done, pnn, error);
      }
    }
  };
  const largest = row.unit === "flag" ? 1 : LARGEST;
  return (
    <Confirmation
      title={`Set ${row.name}?`}
      consequence={`${
        row.consequence ?? ""
      } It holds until the daemon ends; for good it is a line in ctdb.tunables.`}
      confirm="Set"
      run={run}
      close={close}
    >
      <p class="fields">
        <label>
          Value{row.unit === "count" || row.unit === "flag" ? "" : ` in ${row.unit}`}
          <input
            name="value"
            type="number"
            min={0}
            max={largest}
            step={1}
            required
            autofocus
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </label>
        <label>
          On
          <select
            name="node"
            value={node}
            onChange={(event) => setNode(event.currentTarget.value)}
          >
            <option value="all">all nodes that answer</option>
            {nodes.map((pnn) => <option key={pnn} value={String(pnn)}>node {pnn}</option>)}
          </select>
        </label>
        <span class="faint">Default: {inUnit(row.default, row)}</span>
      </p>
    </Confirmation>
  );
}

function halfDone(done: readonly number[], failed: number, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new ApiError(
    0,
    `It is set on node ${done.join(", ")}, but not on node ${failed}: ${reason}`,
  );
}
