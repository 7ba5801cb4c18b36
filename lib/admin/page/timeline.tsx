import { useMemo, useState } from "preact/hooks";
import { EVENT_SEVERITIES, type EventSeverity } from "../story/event-words.ts";
import type { Range } from "./chart-range.ts";
import { Chart } from "./chart.tsx";
import type { SeriesDocument, StoryEvent } from "./documents.ts";
import { clock, clockOf } from "./format.ts";
import { type Health, Mark, Panel } from "./parts.tsx";

const SPANS = [
  { label: "15 min", seconds: 900 },
  { label: "1 h", seconds: 3600 },
  { label: "6 h", seconds: 21_600 },
  { label: "24 h", seconds: 86_400 },
] as const;
const MARKS: Readonly<Record<EventSeverity, Health>> = {
  info: "note",
  notice: "note",
  warning: "warning",
  error: "error",
};
const SHOWN = 200;

/** What happened: a chart that one can zoom into, and the events of the part that is shown. */
export function TimelinePart(
  { events, series }: { events: readonly StoryEvent[]; series: SeriesDocument | undefined },
) {
  const [span_s, setSpan] = useState<number>(SPANS[0].seconds);
  const [zoom, setZoom] = useState<Range | undefined>();
  const [least, setLeast] = useState<EventSeverity>("notice");
  const shown = useMemo(
    () =>
      events.filter(({ severity }) =>
        EVENT_SEVERITIES.indexOf(severity) >= EVENT_SEVERITIES.indexOf(least)
      ),
    [events, least],
  );
  const now_s = Date.now() / 1000;
  const all = { from_s: now_s - span_s, to_s: now_s };
  const range = zoom ?? all;
  const listed = zoom === undefined ? shown : shown.filter(({ time }) => {
    const time_s = Date.parse(time) / 1000;
    return time_s >= range.from_s && time_s <= range.to_s;
  });
  const aside = (
    <div class="controls">
      {SPANS.map(({ label, seconds }) => (
        <button
          key={label}
          type="button"
          aria-pressed={zoom === undefined && span_s === seconds}
          onClick={() => {
            setSpan(seconds);
            setZoom(undefined);
          }}
        >
          {label}
        </button>
      ))}
      <select
        aria-label="Which events"
        value={least}
        onChange={(event) => setLeast(event.currentTarget.value as EventSeverity)}
      >
        <option value="info">everything</option>
        <option value="notice">what matters</option>
        <option value="warning">warnings and errors</option>
        <option value="error">errors</option>
      </select>
    </div>
  );
  return (
    <Panel id="timeline" title="What happened" aside={aside}>
      <Chart events={shown} series={series} range={range} all={all} zoom={setZoom} />
      <Hint zoom={zoom} showAll={() => setZoom(undefined)} />
      <ol class="events">
        {listed.toSorted(latestFirst).slice(0, SHOWN).map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ol>
      {listed.length === 0 && <p class="faint">Nothing in this time.</p>}
    </Panel>
  );
}

/** How to look closer, or what one looks at. */
function Hint({ zoom, showAll }: { zoom: Range | undefined; showAll: () => void }) {
  return (
    <p class="hint faint">
      <span role="status">
        {zoom !== undefined && `${clockOf(zoom.from_s * 1000)} to ${clockOf(zoom.to_s * 1000)}`}
      </span>
      {zoom !== undefined && <button type="button" onClick={showAll}>Show all again</button>}
      <span id="chart-keys">
        {zoom === undefined && "Drag over the chart to look closer. "}
        <span class="wide">Keys on the chart: + and - zoom, ← and → move, 0 shows all.</span>
      </span>
    </p>
  );
}

/** Nodes are heard of in another order than things happened, above all when one was away. */
function latestFirst(a: StoryEvent, b: StoryEvent): number {
  return Date.parse(b.time) - Date.parse(a.time) || b.id - a.id;
}

function EventRow({ event }: { event: StoryEvent }) {
  const output = String(event.detail.output ?? "");
  const steps = event.detail.steps as readonly { step: string; duration_ms: number }[] | undefined;
  return (
    <li class={event.severity} data-kind={event.kind}>
      <time dateTime={event.time}>{clock(event.time)}</time>
      <Mark health={MARKS[event.severity]} />
      <div>
        <span class="text">{event.text}</span>
        {output !== "" && <pre>{output}</pre>}
        {steps !== undefined && (
          <span class="faint steps">
            {steps.map(({ step, duration_ms }) => `${step} ${Math.round(duration_ms)} ms`).join(
              " · ",
            )}
          </span>
        )}
      </div>
    </li>
  );
}
