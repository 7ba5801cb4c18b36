import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { EVENT_SEVERITIES, EVENT_SUBJECTS, type EventSeverity } from "../story/event-words.ts";
import type { SeriesDocument, StoryEvent } from "./documents.ts";
import { clock, rate } from "./format.ts";
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

interface Range {
  readonly from_s: number;
  readonly to_s: number;
}

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
  const range = zoom ?? { from_s: now_s - span_s, to_s: now_s };
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
      <Chart events={shown} series={series} range={range} zoom={setZoom} />
      <p class="hint faint">
        {zoom === undefined
          ? "Drag over the chart to look closer."
          : <button type="button" onClick={() => setZoom(undefined)}>Show all again</button>}
      </p>
      <ol class="events">
        {listed.toSorted(latestFirst).slice(0, SHOWN).map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ol>
      {listed.length === 0 && <p class="faint">Nothing in this time.</p>}
    </Panel>
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

function Chart(
  { events, series, range, zoom }: {
    events: readonly StoryEvent[];
    series: SeriesDocument | undefined;
    range: Range;
    zoom: (range: Range | undefined) => void;
  },
) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(events);
  latest.current = events;
  const rows = series?.rows ?? [];
  useEffect(() => {
    const { clientWidth } = place.current!;
    const made = new uPlot(
      chartOptions(clientWidth, () => latest.current, zoom),
      [[], []],
      place.current!,
    );
    chart.current = made;
    const observer = new ResizeObserver(([entry]) =>
      made.setSize({ width: entry!.contentRect.width, height: CHART_HEIGHT })
    );
    observer.observe(place.current!);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw();
    scheme.addEventListener("change", redraw);
    document.addEventListener("scheme", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
      document.removeEventListener("scheme", redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => {
    chart.current?.setData(callRates(rows), false);
    chart.current?.setScale("x", { min: range.from_s, max: range.to_s });
  }, [rows, range.from_s, range.to_s, events]);
  const label = `${events.length} events and the calls in each second`;
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

const CHART_HEIGHT = 230;
const LANE = 13;

/** Calls in each second out of a counter that was read once a minute. */
function callRates(rows: SeriesDocument["rows"]): uPlot.AlignedData {
  const times: number[] = [];
  const rates: (number | null)[] = [];
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    const elapsed_s = before === undefined ? 0 : row[0]! - before[0]!;
    const calls = before === undefined ? 0 : row[3]! - before[3]!;
    times.push(row[0]!);
    rates.push(elapsed_s > 0 && elapsed_s < 200 && calls >= 0 ? calls / elapsed_s : null);
  });
  return [times, rates];
}

function chartOptions(
  width: number,
  events: () => readonly StoryEvent[],
  zoom: (range: Range) => void,
): uPlot.Options {
  const colour = (name: string) => () =>
    getComputedStyle(document.documentElement).getPropertyValue(name);
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 } };
  return {
    width,
    height: CHART_HEIGHT,
    legend: { show: false },
    padding: [EVENT_SUBJECTS.length * LANE + 14, 20, 0, 0],
    cursor: { y: false, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true },
      y: { range: (_self, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        ticks: { stroke: colour("--line") },
        values: (_self, splits) => splits.map((time_s) => timeText(time_s)),
      },
      {
        ...axis,
        size: 74,
        ticks: { show: false },
        values: (_self, values) => values.map((value) => value === 0 ? "0" : `${rate(value)}/s`),
      },
    ],
    series: [{}, {
      label: "calls",
      stroke: colour("--accent"),
      width: 1.5,
      fill: colour("--accent-wash"),
      points: { show: true, size: 5 },
    }],
    hooks: {
      draw: [(self) => drawEvents(self, events())],
      setSelect: [(self) => {
        const { left, width } = self.select;
        if (width < 5) return;
        zoom({ from_s: self.posToVal(left, "x"), to_s: self.posToVal(left + width, "x") });
        self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      }],
    },
  };
}

function timeText(time_s: number): string {
  const at = new Date(time_s * 1000);
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** A lane for each subject above the chart, with a mark for each event. */
function drawEvents(self: uPlot, events: readonly StoryEvent[]): void {
  const { ctx, bbox } = self;
  const ratio = devicePixelRatio;
  const style = getComputedStyle(document.documentElement);
  const colours: Readonly<Record<EventSeverity, string>> = {
    info: style.getPropertyValue("--faint"),
    notice: style.getPropertyValue("--accent"),
    warning: style.getPropertyValue("--warning"),
    error: style.getPropertyValue("--error"),
  };
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  EVENT_SUBJECTS.forEach((subject, lane) => {
    const y = (lane + 0.5) * LANE * ratio + 2 * ratio;
    ctx.textAlign = "right";
    ctx.fillStyle = style.getPropertyValue("--faint");
    ctx.fillText(subject, bbox.left - 8 * ratio, y);
    ctx.strokeStyle = style.getPropertyValue("--line");
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  });
  for (const { time, subject, severity } of events) {
    const x = self.valToPos(Date.parse(time) / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const y = (EVENT_SUBJECTS.indexOf(subject) + 0.5) * LANE * ratio + 2 * ratio;
    ctx.fillStyle = colours[severity];
    drawMark(ctx, severity, x, y, 4 * ratio);
  }
  ctx.restore();
}

/** Dots, triangles and squares: the shape says it, too. */
function drawMark(
  ctx: CanvasRenderingContext2D,
  severity: EventSeverity,
  x: number,
  y: number,
  r: number,
): void {
  ctx.beginPath();
  if (severity === "error") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (severity === "warning") {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.lineTo(x - r, y + r);
    ctx.closePath();
  } else ctx.arc(x, y, r * 0.75, 0, 2 * Math.PI);
  ctx.fill();
}
