import { useState } from "preact/hooks";
import type { DatabaseRow, DatabasesDocument } from "./documents.ts";
import { duration, rate, size } from "./format.ts";
import { Badge, Panel } from "./parts.tsx";

const SHOWN = 12;

/** Databases with what they do now, and the records that move most. */
export function DatabasesPart({ databases }: { databases: DatabasesDocument }) {
  const [all, setAll] = useState(false);
  const rows = databases.databases.toSorted(byNeed);
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <Panel id="databases" title="Databases" aside={<>{rows.length} attached</>}>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Database</th>
              <th>State</th>
              <th class="wide">Kind</th>
              <th class="right">Calls/s</th>
              <th class="right wide">Locks/s</th>
              <th class="right">Waiting</th>
              <th class="right wide">Mean wait</th>
              <th class="right wide">Size</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.id} data-database={row.name}>
                <th scope="row" class="mono">{row.name}</th>
                <td>
                  <State row={row} />
                </td>
                <td class="wide">{row.kind}</td>
                <td class="right">{rate(row.calls_per_s)}</td>
                <td class="right wide">{rate(row.locks.per_s)}</td>
                <td class="right">{row.locks.waiting}</td>
                <td class="right wide">{duration(row.locks.mean_wait_s)}</td>
                <td class="right wide">{size(row.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p class="faint">None is attached yet.</p>}
      {rows.length > SHOWN && (
        <button type="button" class="more" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${rows.length}`}
        </button>
      )}
      <HotKeys databases={databases} />
    </Panel>
  );
}

function State({ row }: { row: DatabaseRow }) {
  if (!row.healthy) return <Badge health="error">{row.unhealthy_because}</Badge>;
  if (row.locks.waiting > 0) return <Badge health="warning">locks wait</Badge>;
  return <Badge health="ok">ok</Badge>;
}

function HotKeys({ databases: { hot_keys } }: { databases: DatabasesDocument }) {
  if (hot_keys.length === 0) return null;
  return (
    <div class="hot">
      <h3>Hottest records</h3>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th class="right">Peak/s</th>
              <th class="right">Node</th>
              <th>Database</th>
              <th>Key</th>
            </tr>
          </thead>
          <tbody>
            {hot_keys.slice(0, 8).map((key) => (
              <tr key={`${key.database} ${key.node} ${key.key_hex}`}>
                <td class="right">{key.peak_per_s}</td>
                <td class="right">{key.node}</td>
                <td class="mono">{key.database}</td>
                <td class="mono key" title={key.key_hex}>{key.key}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What needs somebody first, then what does most. */
function byNeed(a: DatabaseRow, b: DatabaseRow): number {
  const need = (row: DatabaseRow) => (row.healthy ? 0 : 2) + (row.locks.waiting > 0 ? 1 : 0);
  return need(b) - need(a) || (b.calls_per_s ?? 0) - (a.calls_per_s ?? 0) ||
    a.name.localeCompare(b.name);
}
