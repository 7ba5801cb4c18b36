import { useState } from "preact/hooks";
import { type Act, askMove } from "./actions.tsx";
import type { AddressesDocument, AddressRow, ClusterDocument } from "./documents.ts";
import { Badge, healthOf, Mark, Panel } from "./parts.tsx";

/** Public addresses in a lane for each node; operators drag them, or use the menu. */
export function AddressesPart(
  { addresses, cluster, act }: {
    addresses: AddressesDocument;
    cluster: ClusterDocument;
    act: Act | undefined;
  },
) {
  const homeless = addresses.addresses.filter(({ node }) => node === null);
  if (addresses.addresses.length === 0) {
    return (
      <Panel id="addresses" title="Public addresses">
        <p class="faint">There are none.</p>
      </Panel>
    );
  }
  const spare = addresses.one_node_may_fail
    ? <Badge health="ok">any one node may fail</Badge>
    : <Badge health="warning">an address has only one home</Badge>;
  return (
    <Panel id="addresses" title="Public addresses" aside={spare}>
      <div class="lanes">
        {homeless.length > 0 && (
          <div class="lane homeless">
            <h3>
              <Mark health="error" /> Nobody
            </h3>
            {homeless.map((row) => <Chip key={row.address} row={row} act={act} />)}
          </div>
        )}
        {cluster.nodes.map((node) => (
          <Lane
            key={node.pnn}
            pnn={node.pnn}
            state={node.state}
            rows={addresses.addresses.filter((row) => row.node === node.pnn)}
            all={addresses.addresses}
            act={act}
          />
        ))}
      </div>
    </Panel>
  );
}

function Lane(
  { pnn, state, rows, all, act }: {
    pnn: number;
    state: string;
    rows: readonly AddressRow[];
    all: readonly AddressRow[];
    act: Act | undefined;
  },
) {
  const [over, setOver] = useState(false);
  const takes = (address: string) =>
    all.some((row) =>
      row.address === address && row.available_on.includes(pnn) && row.node !== pnn
    );
  return (
    <div
      class={`lane ${over ? "over" : ""}`}
      data-lane={pnn}
      onDragOver={(event) => {
        if (act === undefined) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const address = event.dataTransfer?.getData("text/plain") ?? "";
        if (takes(address)) act?.(askMove(address, pnn));
      }}
    >
      <h3>
        <Mark health={healthOf(state)} /> Node {pnn}
        <span class="faint number">{rows.length}</span>
      </h3>
      {rows.map((row) => <Chip key={row.address} row={row} act={act} />)}
    </div>
  );
}

function Chip({ row, act }: { row: AddressRow; act: Act | undefined }) {
  const others = row.available_on.filter((pnn) => pnn !== row.node);
  return (
    <div
      class="chip"
      data-address={row.address}
      title={row.why}
      draggable={act !== undefined && others.length > 0}
      onDragStart={(event) => event.dataTransfer?.setData("text/plain", row.address)}
    >
      <span class="mono">{row.address}</span>
      {row.moves_next && row.next_node !== null && <small>goes to {row.next_node}</small>}
      {act !== undefined && others.length > 0 && (
        <select
          aria-label={`Move ${row.address}`}
          value=""
          onChange={(event) => {
            const { value } = event.currentTarget;
            event.currentTarget.value = "";
            if (value !== "") act(askMove(row.address, Number(value)));
          }}
        >
          <option value="">Move …</option>
          {others.map((pnn) => <option key={pnn} value={pnn}>to node {pnn}</option>)}
        </select>
      )}
    </div>
  );
}
