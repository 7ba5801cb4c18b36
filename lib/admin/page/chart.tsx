import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { listenForDrags } from "./chart-drag.ts";
import { drawEvents, LANES_HEIGHT } from "./chart-marks.ts";
import { fitted, isChartKey, type Range, rangeAfterKey, timeLabels } from "./chart-range.ts";
import type { SeriesDocument, StoryEvent } from "./documents.ts";
import { clockOf, count, rate } from "./format.ts";

interface ChartParts {
  readonly events: readonly StoryEvent[];
  readonly series: SeriesDocument | undefined;
  readonly range: Range;
  /** What is shown when nobody has zoomed. */
  readonly all: Range;
  /** Shows a range; undefined for all again. */
  readonly zoom: (range: Range | undefined) => void;
}

/** The events, a lane for each subject, and the calls below, with drags and keys to zoom. */
export function Chart(parts: ChartParts) {
  const { events, series, range, all, zoom } = parts;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(parts);
  latest.current = parts;
  const rows = series?.rows ?? [];
  useEffect(() => {
    const made = makeChart(place.current!, () => latest.current);
    chart.current = made.plot;
    return made.end;
  }, []);
  useEffect(() => {
    chart.current?.setData(callRates(rows), false);
    chart.current?.setScale("x", { min: range.from_s, max: range.to_s });
  }, [rows, range.from_s, range.to_s, events]);
  const keyed = (event: KeyboardEvent) => {
    // With these keys they are the browser's own: back, and the size of the page.
    if (event.ctrlKey || event.metaKey || event.altKey || !isChartKey(event.key)) return;
    event.preventDefault();
    zoom(rangeAfterKey(event.key, range, all));
  };
  return (
    <div
      class="chart"
      ref={place}
      // Else a screen reader would keep the keys for itself.
      role="application"
      tabIndex={0}
      aria-label={`Chart of ${count(events.length, "event")} and the calls in each second, from ${
        clockOf(range.from_s * 1000)
      } to ${clockOf(range.to_s * 1000)}`}
      aria-describedby="chart-keys"
      aria-keyshortcuts="Plus Minus ArrowLeft ArrowRight 0 Escape"
      onKeyDown={keyed}
    />
  );
}

const CHART_HEIGHT = 250;

/** Makes the chart in its place; its size and colours are the page's from then on. */
function makeChart(place: HTMLElement, latest: () => ChartParts) {
  const plot = new uPlot(chartOptions(place.clientWidth, latest), [[], []], place);
  listenForDrags(place, plot, (range) => latest().zoom(fitted(range, latest().all)));
  const observer = new ResizeObserver(([entry]) =>
    plot.setSize({ width: entry!.contentRect.width, height: CHART_HEIGHT })
  );
  observer.observe(place);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => plot.redraw();
  scheme.addEventListener("change", redraw);
  document.addEventListener("scheme", redraw);
  const end = () => {
    observer.disconnect();
    scheme.removeEventListener("change", redraw);
    document.removeEventListener("scheme", redraw);
    plot.destroy();
  };
  return { plot, end };
}

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

function chartOptions(width: number, latest: () => ChartParts): uPlot.Options {
  const colour = (name: string) => () =>
    getComputedStyle(document.documentElement).getPropertyValue(name);
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 } };
  const unheard = () => null;
  return {
    width,
    height: CHART_HEIGHT,
    legend: { show: false },
    padding: [LANES_HEIGHT, 20, 0, 0],
    // Drags are heard by the place of the chart.
    cursor: {
      y: false,
      drag: { x: false, y: false },
      bind: { mousedown: unheard, dblclick: unheard },
    },
    scales: {
      x: { time: true },
      y: { range: (_self, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        // A label with seconds is wider than uPlot expects.
        space: 75,
        ticks: { stroke: colour("--line") },
        values: (_self, splits, _axis, _space, distance_s) => timeLabels(splits, distance_s),
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
    hooks: { draw: [(self) => drawEvents(self, latest().events)] },
  };
}
