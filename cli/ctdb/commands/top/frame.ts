import { escapeBytes, flagsText, NodeFlag } from "../../../../lib/wire/mod.ts";
import type { TerminalSize } from "../../printing/terminal-size.ts";
import type {
  DatabaseRow,
  HotKeyRow,
  NodeRow,
  SampledAddress,
  TopModel,
} from "../../../../lib/survey/mod.ts";
import { layOut, type Section } from "./sections.ts";
import { type Cell, clip, type Column, type Painter, tableLines } from "./table.ts";
import { sortDatabases, type SortOrder, type View } from "./view.ts";

/** What a frame is drawn with. */
export interface FrameStyle {
  readonly paint: Painter;
  /** The time of day to show. */
  readonly time: string;
  /** Whether the last line tells the keys. */
  readonly keys: boolean;
}

/** The lines of one picture: none wider, and not more of them, than `size` allows. */
export function frame(
  model: TopModel,
  view: View,
  size: TerminalSize,
  style: FrameStyle,
): string[] {
  const { columns, rows } = size;
  const head = [headLine(model, style, columns), totalsLine(model, style.paint, columns), ""];
  const foot = style.keys ? [style.paint("faint", clip(keysLine(view), columns))] : [];
  const sections = [
    nodeSection(model, columns, style.paint),
    databaseSection(model, view.sort, columns, style.paint),
    hotKeySection(model.hotKeys, columns, style.paint),
    addressSection(model.addresses, columns, style.paint),
  ];
  const room = rows - head.length - foot.length;
  const body = layOut(sections, room, columns);
  const filler = style.keys ? new Array<string>(Math.max(0, room - body.length)).fill("") : [];
  return [...head, ...body, ...filler, ...foot].slice(0, Math.max(0, rows));
}

function headLine(model: TopModel, { paint, time }: FrameStyle, width: number): string {
  const cells: Cell[] = [
    `ctdb top ${time}  node ${model.asked} `,
    model.leader === undefined
      ? { text: "leader unknown", tone: "warning" }
      : `leader ${model.leader}`,
    model.recovering ? { text: " RECOVERING", tone: "bad" } : " recovery normal",
    ` generation ${model.generation ?? "none"}`,
  ];
  return oneLine(cells, width, paint);
}

function totalsLine(model: TopModel, paint: Painter, width: number): string {
  const { nodes, addresses, hasRates } = model;
  const well = nodes.filter(({ flags }) => flags === 0).length;
  const figures = nodes.flatMap((node) => node.figures ?? []);
  const sum = (count: (of: (typeof figures)[number]) => number) =>
    figures.reduce((total, one) => total + count(one), 0);
  const unhosted = addresses.filter(({ pnn }) => pnn === undefined).length;
  const rate = (value: number) => hasRates ? `${rateText(value)}/s` : "-";
  const cells: Cell[] = [
    well === nodes.length
      ? `nodes ${well} ok `
      : { text: `nodes ${well} of ${nodes.length} ok `, tone: "bad" },
    `clients ${sum((one) => one.clients)} `,
    `calls ${rate(sum((one) => one.calls_per_s))} `,
    `migr ${rate(sum((one) => one.migrations_per_s))} `,
    `addresses ${addresses.length}`,
    unhosted === 0 ? "" : { text: `(${unhosted} unassigned)`, tone: "bad" },
  ];
  return oneLine(cells, width, paint);
}

/** A line is a table with one row. */
function oneLine(cells: readonly Cell[], width: number, paint: Painter): string {
  const columns = cells.map((): Column => ({ title: "", align: "left" }));
  return tableLines(columns, [cells], width, paint)[1]!;
}

const right = (title: string): Column => ({ title, align: "right" });
const left = (title: string, least: number): Column => ({ title, align: "left", least });

function section(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Painter,
): Section {
  const [title, ...lines] = tableLines(columns, rows, width, paint);
  return { title: title!, rows: lines };
}

function nodeSection(model: TopModel, width: number, paint: Painter): Section {
  const columns = [
    right("NODE"),
    left("", 1),
    left("ADDRESS", 9),
    left("STATE", 8),
    right("CLIENTS"),
    right("CALLS/S"),
    right("MIGR/S"),
    right("LOCKS/S"),
    right("WAIT"),
    right("MAX"),
    right("PEND"),
  ];
  const rows = model.nodes.map((node) => nodeCells(node, model));
  return section(columns, rows, width, paint);
}

function nodeCells({ pnn, address, flags, figures }: NodeRow, model: TopModel): Cell[] {
  const leads = pnn === model.leader ? "L" : "";
  const chosen: Cell = pnn === model.node ? { text: `>${pnn}`, tone: "good" } : String(pnn);
  const head = [chosen, leads, address, stateCell(flags, figures === undefined)];
  if (figures === undefined) return head;
  return [
    ...head,
    String(figures.clients),
    rateCell(figures.calls_per_s, model),
    rateCell(figures.migrations_per_s, model),
    ...lockCells(figures, model),
  ];
}

function stateCell(flags: number, silent: boolean): Cell {
  if (flags === 0) return silent ? { text: "SILENT", tone: "bad" } : { text: "OK", tone: "good" };
  const text = flagsText(flags).replace(/\|?INACTIVE$/, "");
  const mild = NodeFlag.UNHEALTHY | NodeFlag.PERMANENTLY_DISABLED;
  return { text, tone: (flags & ~mild) === 0 ? "warning" : "bad" };
}

function databaseSection(
  model: TopModel,
  sort: SortOrder,
  width: number,
  paint: Painter,
): Section {
  const where = model.node === undefined ? "all nodes" : `node ${model.node}`;
  const sorted = (column: Column, by: SortOrder) => ({ ...column, marked: sort === by });
  const columns = [
    sorted(left(`DATABASE (${where}, by ${sort})`, 16), "name"),
    sorted(right("CALLS/S"), "calls"),
    sorted(right("LOCKS/S"), "locks"),
    sorted(right("WAIT"), "wait"),
    right("MAX"),
    sorted(right("PEND"), "pending"),
  ];
  const rows = sortDatabases(model.databases, sort).map((row) => databaseCells(row, model));
  return section(columns, rows, width, paint);
}

function databaseCells(row: DatabaseRow, model: TopModel): Cell[] {
  return [row.name, rateCell(row.calls_per_s, model), ...lockCells(row, model)];
}

function lockCells(
  row: Pick<DatabaseRow, "locks_per_s" | "lockWait_ms" | "lockMax_ms" | "lockPending">,
  model: TopModel,
): Cell[] {
  return [
    rateCell(row.locks_per_s, model),
    row.lockWait_ms === undefined ? "-" : timeText(row.lockWait_ms),
    timeText(row.lockMax_ms),
    row.lockPending === 0 ? "0" : { text: String(row.lockPending), tone: "warning" },
  ];
}

function hotKeySection(hotKeys: readonly HotKeyRow[], width: number, paint: Painter): Section {
  const columns = [
    right("PEAK/S"),
    right("NODE"),
    left("DATABASE", 8),
    left("HOT KEY", 16),
  ];
  const rows = hotKeys.map(({ count, pnn, database, key }) => [
    String(count),
    String(pnn),
    database,
    escapeBytes(key),
  ]);
  return section(columns, rows, width, paint);
}

/** Addresses stand in several columns, as many as there is room for. */
function addressSection(
  addresses: readonly SampledAddress[],
  width: number,
  paint: Painter,
): Section {
  const longest = addresses.reduce((most, { address }) => Math.max(most, address.length), 0);
  const cellWidth = longest + " node 0000  ".length;
  const across = Math.max(1, Math.floor((width + 2) / cellWidth));
  const rows: string[] = [];
  for (let at = 0; at < addresses.length; at += across) {
    const cells = addresses.slice(at, at + across).map((one): Cell => {
      const holder = one.pnn === undefined ? "nobody" : `node ${one.pnn}`;
      const text = `${one.address.padEnd(longest)} ${holder}`.padEnd(cellWidth - 1);
      return one.pnn === undefined ? { text, tone: "bad" } : text;
    });
    rows.push(oneLine(cells, width, paint));
  }
  return { title: paint("faint", clip("PUBLIC ADDRESSES", width)), rows };
}

function keysLine({ sort, interval_s }: View): string {
  return `q quit | 0-9 <- -> node, a all | c l w p n sort: ${sort} | ` +
    `space now | + - ${interval_s} s`;
}

function rateCell(value: number, { hasRates }: TopModel): Cell {
  return hasRates ? rateText(value) : "-";
}

/** At most five characters up to 10^9. */
function rateText(value: number): string {
  if (value === 0) return "0";
  if (value < 10) return value.toFixed(1);
  if (value < 10_000) return value.toFixed(0);
  if (value < 10_000_000) return `${(value / 1000).toFixed(0)}k`;
  return `${(value / 1_000_000).toFixed(0)}M`;
}

/** A duration with its unit, in at most six characters. */
function timeText(value_ms: number): string {
  if (value_ms === 0) return "0";
  if (value_ms < 10) return `${value_ms.toFixed(1)}ms`;
  if (value_ms < 1000) return `${value_ms.toFixed(0)}ms`;
  return value_ms < 100_000
    ? `${(value_ms / 1000).toFixed(1)}s`
    : `${Math.round(value_ms / 1000)}s`;
}
