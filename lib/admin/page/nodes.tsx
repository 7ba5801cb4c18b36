import type { ClusterDocument, ClusterNode } from "./documents.ts";
import type { Act } from "./actions.tsx";
import { NODE_ACTIONS } from "./actions.tsx";
import { clockOf, duration } from "./format.ts";
import { Badge, healthOf, Mark, Panel } from "./parts.tsx";

/** The nodes: what each is, who sees whom, and how fast they answer. */
export function NodesPart(
  { cluster, act }: { cluster: ClusterDocument; act: Act | undefined },
) {
  const versions = new Set(cluster.nodes.flatMap(({ version }) => version ?? []));
  const mixed = versions.size > 1;
  const aside = (
    <>
      {versions.size === 1 && <>ctdb-deno {[...versions][0]}, {" "}</>}
      generation {cluster.generation ?? "none"}
    </>
  );
  return (
    <Panel id="nodes" title="Nodes" aside={aside}>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Node</th>
              <th>State</th>
              <th class="right wide">Answers in</th>
              <th class="right wide">Clients</th>
              <th class="right wide">Up</th>
              {mixed && <th class="wide">Version</th>}
              {act !== undefined && <th class="right">Actions</th>}
            </tr>
          </thead>
          <tbody>
            {cluster.nodes.map((node) => (
              <NodeRow
                key={node.pnn}
                node={node}
                silent={cluster.silent.find((one) => one.node === node.pnn)?.since}
                act={act}
                mixed={mixed}
              />
            ))}
          </tbody>
        </table>
      </div>
      {cluster.nodes.length > 1 && cluster.nodes.length <= 24 && <Matrix nodes={cluster.nodes} />}
    </Panel>
  );
}

function NodeRow(
  { node, silent, act, mixed }: {
    node: ClusterNode;
    silent: string | undefined;
    act: Act | undefined;
    mixed: boolean;
  },
) {
  const { pnn, state, answers, flags } = node;
  // What else is said of a node that is not there is old.
  const known = state === "disconnected" ? [state] : flags;
  const words = answers || state !== "ok" ? known.join(", ") || "ok" : silentWords(silent);
  return (
    <tr data-node={pnn} data-state={state}>
      <th scope="row">
        {pnn} {node.leads && <span class="tag">leader</span>}
        {node.this_node && <span class="tag quiet">this one</span>}
        <small class="mono faint">{node.address}</small>
      </th>
      <td>
        <Badge health={healthOf(state, answers)}>{words}</Badge>
      </td>
      <td class="right wide">{duration(node.round_trip_s)}</td>
      <td class="right wide">{node.clients ?? "–"}</td>
      <td class="right wide">{duration(node.uptime_s)}</td>
      {mixed && <td class="wide">{node.version ?? "–"}</td>}
      {act !== undefined && (
        <td class="right">
          <ActionMenu node={node} act={act} />
        </td>
      )}
    </tr>
  );
}

function silentWords(since: string | undefined): string {
  return since === undefined ? "silent" : `silent since ${clockOf(Date.parse(since))}`;
}

/** What can be done to a node now; nothing to one that is not there. */
function ActionMenu({ node, act }: { node: ClusterNode; act: Act }) {
  const fitting = NODE_ACTIONS.filter(({ fits }) => fits(node));
  if (fitting.length === 0) return <span class="faint">–</span>;
  return (
    <select
      aria-label={`Change node ${node.pnn}`}
      value=""
      onChange={(event) => {
        const { value } = event.currentTarget;
        event.currentTarget.value = "";
        const action = fitting.find(({ name }) => name === value);
        if (action !== undefined) act(action.ask(node));
      }}
    >
      <option value="">Change …</option>
      {fitting.map(({ name, label }) => <option key={name} value={name}>{label}</option>)}
    </select>
  );
}

/** Row: who looks; column: who is seen. */
function Matrix({ nodes }: { nodes: readonly ClusterNode[] }) {
  return (
    <details class="matrix" open={nodes.length <= 8}>
      <summary>Who sees whom, and how fast</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>sees</th>
              {nodes.map(({ pnn }) => <th key={pnn} class="centre">{pnn}</th>)}
            </tr>
          </thead>
          <tbody>
            {nodes.map((viewer) => (
              <tr key={viewer.pnn}>
                <th scope="row">{viewer.pnn}</th>
                {nodes.map((seen) => <Cell key={seen.pnn} viewer={viewer} seen={seen} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Cell({ viewer, seen }: { viewer: ClusterNode; seen: ClusterNode }) {
  const view = viewer.sees.find(({ pnn }) => pnn === seen.pnn);
  const state = view?.state;
  const time_s = viewer.pnn === seen.pnn ? null : view?.round_trip_s ?? null;
  const label = `node ${viewer.pnn} sees node ${seen.pnn}: ${state ?? "not known"}`;
  return (
    <td class={`centre ${viewer.pnn === seen.pnn ? "self" : ""}`} title={label} aria-label={label}>
      {state === undefined ? <span class="faint">?</span> : <Mark health={healthOf(state)} />}
      {time_s !== null && <small>{duration(time_s)}</small>}
    </td>
  );
}
