import { clip } from "./table.ts";

/** A part of a frame: a line of titles and the rows below it. */
export interface Section {
  readonly title: string;
  readonly rows: readonly string[];
}

/** Lines that a section takes besides its rows. */
const TITLE_LINES = 1;

/**
 * Lays sections out in `height` lines; their own are no wider than `width`. Each gets what it needs or a fair share of the lines, and
 * what one does not need goes to the others; where rows are left out the last line says how many.
 * Sections without rows are left out, and there are blank lines between them if there is room.
 */
export function layOut(sections: readonly Section[], height: number, width: number): string[] {
  const shown = sections.filter(({ rows }) => rows.length > 0);
  const blanks = Math.max(0, shown.length - 1);
  const all = shown.reduce((sum, { rows }) => sum + rows.length + TITLE_LINES, 0);
  const spaced = all + blanks <= height || height > 4 * shown.length + blanks;
  const room = height - shown.length * TITLE_LINES - (spaced ? blanks : 0);
  const shares = shareLines(shown.map(({ rows }) => rows.length), Math.max(0, room));
  const lines = shown.flatMap((section, i) => {
    const share = shares[i]!;
    if (share === 0) return [];
    const separator = spaced && i > 0 ? [""] : [];
    return [...separator, section.title, ...shorten(section.rows, share, width)];
  });
  return lines.slice(0, Math.max(0, height));
}

/** Fair shares of `available`: nobody gets more than it needs, nobody less than it could. */
export function shareLines(needs: readonly number[], available: number): number[] {
  const shares = needs.map(() => 0);
  let left = available;
  while (left > 0) {
    const hungry = needs.flatMap((need, i) => shares[i]! < need ? [i] : []);
    if (hungry.length === 0) break;
    const portion = Math.max(1, Math.floor(left / hungry.length));
    for (const i of hungry) {
      const more = Math.min(portion, needs[i]! - shares[i]!, left);
      shares[i]! += more;
      left -= more;
    }
  }
  return shares;
}

function shorten(rows: readonly string[], lines: number, width: number): readonly string[] {
  if (rows.length <= lines) return rows;
  const kept = rows.slice(0, lines - 1);
  return [...kept, clip(`... ${rows.length - kept.length} more`, width)];
}
