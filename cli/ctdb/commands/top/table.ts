import type { Tone } from "../../printing/style.ts";

/** Puts a text into a colour, or leaves it as it is. */
export type Painter = (tone: Tone, text: string) => string;

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** It gives way when the table is too wide, but keeps this many characters. */
  readonly least?: number;
  /** It is the one that rows are sorted by. */
  readonly marked?: boolean;
}

/** A cell: a text, with a colour if that means something. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

const GAP = " ";

/** The lines of a table, the titles first; none is wider than `width`. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Painter,
): string[] {
  const widths = fit(columns, naturalWidths(columns, rows), width);
  const line = (cells: readonly Cell[]) =>
    joinCells(
      columns.map((column, i) => {
        const cell = cells[i] ?? "";
        const { text, tone } = typeof cell === "string" ? { text: cell, tone: undefined } : cell;
        const padded = pad(clip(text, widths[i]!), widths[i]!, column.align);
        return { text: padded, tone };
      }),
      width,
      paint,
    );
  const titles = columns.map(({ title, marked }) => ({
    text: title,
    tone: marked === true ? "good" as const : "faint" as const,
  }));
  return [line(titles), ...rows.map(line)];
}

/** `text`, or its beginning and a `~`. */
export function clip(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 0 ? "" : `${text.slice(0, width - 1)}~`;
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map(({ title }, i) => {
    const lengths = rows.map((row) => {
      const cell = row[i] ?? "";
      return (typeof cell === "string" ? cell : cell.text).length;
    });
    return lengths.reduce((most, length) => Math.max(most, length), title.length);
  });
}

/** Takes what is too much from the columns that can give way, from the widest first. */
function fit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (columns.length - 1) - width;
  while (over > 0) {
    const room = columns.map(({ least }, i) => least === undefined ? 0 : widths[i]! - least);
    const widest = room.indexOf(Math.max(...room));
    if (widest < 0 || room[widest]! <= 0) break;
    widths[widest]!--;
    over--;
  }
  return widths;
}

function pad(text: string, width: number, align: Column["align"]): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}

/** Cuts what is beyond `width`: a colour must not count, and must not be cut. */
function joinCells(
  cells: readonly { readonly text: string; readonly tone: Tone | undefined }[],
  width: number,
  paint: Painter,
): string {
  let left = width;
  let line = "";
  cells.forEach(({ text, tone }, i) => {
    const spaced = i === 0 ? "" : GAP.slice(0, left);
    left -= spaced.length;
    const shown = text.slice(0, left);
    left -= shown.length;
    line += spaced + (tone === undefined || shown.trim() === "" ? shown : paint(tone, shown));
  });
  return line.trimEnd();
}
