/** A duration in words: `3.2 ms`, `2 min`, `3 d`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Bytes in words. */
export function size(bytes: number | null): string {
  if (bytes === null) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** So many in each second. */
export function rate(value: number | null): string {
  if (value === null) return "–";
  if (value === 0) return "0";
  if (value < 10) return value.toFixed(1);
  return Math.round(value).toLocaleString("en");
}

/** The time of day of an event, with the date when it was another day. */
export function clock(time: string): string {
  const at = new Date(time);
  const day = at.toDateString() === new Date().toDateString()
    ? ""
    : `${at.toLocaleDateString(undefined, { month: "short", day: "numeric" })} `;
  return day + at.toLocaleTimeString("en-GB");
}

/** As {@link clock}, of ms since the epoch. */
export function clockOf(time_ms: number): string {
  return clock(new Date(time_ms).toISOString());
}

/** As a sentence: with a capital, and a full stop. */
export function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/[.]$/, "")}.`;
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
