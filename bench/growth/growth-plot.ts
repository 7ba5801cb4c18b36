import type { GrowthFamily, Measured, Quantity, Side } from "./growth-family.ts";
import { figure } from "./growth-table.ts";
import { curveOf } from "./steepness.ts";

const WIDTH = 360;
const HEIGHT = 230;
const COLUMNS = 2;
const LEGEND_HEIGHT = 34;
const MARGIN = { left: 62, right: 22, top: 30, bottom: 42 };
/** Labels that are nearer to each other run together. */
const LABEL_WIDTH = 26;

/** Told apart by colour, dash and mark, by eyes of every kind, on light and on dark. */
const SIDES: Readonly<Record<Side, { readonly id: string; readonly mark: string }>> = {
  "ours": { id: "ours", mark: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z" },
  "C": { id: "c", mark: "M-4 -4H4V4H-4Z" },
  "ours, simulated": { id: "simulated", mark: "M0 -5L5 4H-5Z" },
};

const STYLE = `
  text { font: 11px system-ui, sans-serif; fill: #333; }
  .title { font-weight: 600; font-size: 12px; }
  .grid { stroke: #ccc; stroke-width: 0.6; }
  .frame { stroke: #777; fill: none; }
  .curve { fill: none; stroke-width: 2; }
  .ours { --side: #0072b2; } .c { --side: #d55e00; } .simulated { --side: #007a5a; }
  .curve { stroke: var(--side); } .mark { fill: var(--side); }
  .curve.c { stroke-dasharray: 7 4; } .curve.simulated { stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd; } .grid { stroke: #444; } .frame { stroke: #999; }
    .ours { --side: #56b4e9; } .c { --side: #e69f00; } .simulated { --side: #2bc79b; }
  }
`;

/** A family's plots in one picture: a panel for each quantity, both axes logarithmic. */
export function growthPlot(family: GrowthFamily, measured: readonly Measured[]): string {
  const shown = family.quantities.filter(({ name }) =>
    measured.some(({ values }) => values[name] !== undefined)
  );
  const sides = (Object.keys(SIDES) as Side[]).filter((side) =>
    measured.some((one) => one.side === side)
  );
  const rows = Math.ceil(shown.length / COLUMNS);
  const width = WIDTH * Math.min(COLUMNS, shown.length);
  const height = LEGEND_HEIGHT + HEIGHT * rows;
  const panels = shown.map((quantity, i) => {
    const x = WIDTH * (i % COLUMNS);
    const y = LEGEND_HEIGHT + HEIGHT * Math.floor(i / COLUMNS);
    return `<g transform="translate(${x} ${y})">${panel(family, quantity, measured, sides)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="${escape(family.title)}">`,
    `<style>${STYLE}</style>`,
    legend(sides),
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function legend(sides: readonly Side[]): string {
  return sides.map((side, i) => {
    const { id, mark } = SIDES[side];
    return `<g transform="translate(${MARGIN.left + i * 110} 18)">` +
      `<path class="curve ${id}" d="M0 0H30"/>` +
      `<path class="mark ${id}" transform="translate(15 0)" d="${mark}"/>` +
      `<text x="38" y="4">${side}</text></g>`;
  }).join("");
}

function panel(
  family: GrowthFamily,
  { name, unit }: Quantity,
  measured: readonly Measured[],
  sides: readonly Side[],
): string {
  const curves = sides.map((side) => ({ side, points: curveOf(measured, side, name) }))
    .filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  const sizes = [...new Set(all.map(([size]) => size))].sort((a, b) => a - b);
  const x = new LogScale(sizes[0]!, sizes.at(-1)!, MARGIN.left, WIDTH - MARGIN.right);
  const y = decades(all.map(([, value]) => value), HEIGHT - MARGIN.bottom, MARGIN.top);
  const [bottom, right] = [HEIGHT - MARGIN.bottom, WIDTH - MARGIN.right];
  return [
    `<text class="title" x="${MARGIN.left}" y="18">${escape(`${name}, ${unit}`)}</text>`,
    ...labelled(sizes, x).map((size) =>
      `<path class="grid" d="M${x.at(size)} ${MARGIN.top}V${bottom}"/>` +
      `<text x="${x.at(size)}" y="${bottom + 15}" text-anchor="middle">${shortSize(size)}</text>`
    ),
    ...y.ticks().map((tick) =>
      `<path class="grid" d="M${MARGIN.left} ${y.at(tick)}H${right}"/>` +
      `<text x="${MARGIN.left - 6}" y="${y.at(tick) + 4}" text-anchor="end">${figure(tick)}</text>`
    ),
    `<path class="frame" d="M${MARGIN.left} ${MARGIN.top}H${right}V${bottom}H${MARGIN.left}Z"/>`,
    `<text x="${(MARGIN.left + right) / 2}" y="${bottom + 32}" text-anchor="middle">${
      escape(family.size)
    }</text>`,
    ...curves.map(({ side, points }) =>
      curve(side, points.map(([size, value]) => [x.at(size), y.at(value)]))
    ),
  ].join("\n");
}

function curve(side: Side, points: readonly (readonly [number, number])[]): string {
  const { id, mark } = SIDES[side];
  const line = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
  const marks = points.map(([x, y]) =>
    `<path class="mark ${id}" transform="translate(${x} ${y})" d="${mark}"/>`
  );
  return `<path class="curve ${id}" d="${line}"/>${marks.join("")}`;
}

/** The sizes that have room for a label, from the smallest on. */
function labelled(sizes: readonly number[], scale: LogScale): number[] {
  const shown: number[] = [];
  for (const size of sizes) {
    const last = shown.at(-1);
    if (last === undefined || scale.at(size) - scale.at(last) >= LABEL_WIDTH) shown.push(size);
  }
  return shown;
}

/** A size in few letters: powers of two as those, others by thousands. */
function shortSize(size: number): string {
  const units = size % 1024 === 0 ? ["", "Ki", "Mi"] : ["", "k", "M"];
  const base = size % 1024 === 0 ? 1024 : 1000;
  let power = 0;
  while (power < 2 && size >= base && size % base === 0) {
    size /= base;
    power++;
  }
  return `${size}${units[power]}`;
}

/** A scale of whole decades around some values. */
function decades(values: readonly number[], start: number, end: number): LogScale {
  const from = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return new LogScale(10 ** from, 10 ** to, start, end);
}

/** Where a value lies between two places of the picture. */
class LogScale {
  readonly #from: number;
  readonly #to: number;
  readonly #start: number;
  readonly #end: number;

  constructor(least: number, most: number, start: number, end: number) {
    this.#from = Math.log10(least);
    this.#to = Math.log10(Math.max(most, least * 2));
    this.#start = start;
    this.#end = end;
  }

  at(value: number): number {
    const share = (Math.log10(value) - this.#from) / (this.#to - this.#from);
    return Math.round((this.#start + share * (this.#end - this.#start)) * 10) / 10;
  }

  /** Powers of ten. */
  ticks(): number[] {
    const [from, to] = [Math.ceil(this.#from - 1e-9), Math.floor(this.#to + 1e-9)];
    return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
