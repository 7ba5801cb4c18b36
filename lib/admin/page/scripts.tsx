import type { ScriptRow, ScriptsDocument } from "./documents.ts";
import { clock, duration } from "./format.ts";
import { Badge, type Health, Panel } from "./parts.tsx";

const HEALTH: Readonly<Record<string, Health>> = {
  "ok": "ok",
  "failed": "error",
  "timed out": "error",
  "disabled": "gone",
  "not run": "gone",
};

/** The scripts of the last monitor event, and those of other events that did not succeed. */
export function ScriptsPart({ scripts }: { scripts: ScriptsDocument }) {
  const shown = scripts.events
    .map(({ event, scripts }) => ({
      event,
      scripts: scripts.filter(({ state }) =>
        event === "monitor" ? true : state === "failed" || state === "timed out"
      ),
    }))
    .filter(({ scripts }) => scripts.length > 0)
    .sort((a, b) => Number(b.event === "monitor") - Number(a.event === "monitor"));
  return (
    <Panel id="scripts" title="Event scripts" aside="on this node">
      {shown.length === 0 && <p class="faint">No script has run yet.</p>}
      {shown.map(({ event, scripts }) => (
        <div key={event} class="scripts">
          <h3>{event}</h3>
          <ul>{scripts.map((script) => <Script key={script.name} script={script} />)}</ul>
        </div>
      ))}
    </Panel>
  );
}

function Script({ script }: { script: ScriptRow }) {
  const { name, state, result, duration_s, began_at, output } = script;
  const failed = state === "failed" || state === "timed out";
  return (
    <li data-script={name} data-state={state}>
      <div class="line">
        <Badge health={HEALTH[state] ?? "note"}>{failed ? result : state}</Badge>
        <span class="mono">{name}</span>
        <span class="faint right">
          {duration_s === null ? "" : duration(duration_s)}
          {began_at === null ? "" : ` at ${clock(began_at)}`}
        </span>
      </div>
      {output.trim() !== "" && <pre>{output.trimEnd()}</pre>}
    </li>
  );
}
