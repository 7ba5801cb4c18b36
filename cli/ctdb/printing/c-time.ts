/** Times as the C library prints them, in the zone of the user. @module */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

const two = (n: number) => String(n).padStart(2, "0");

/** `Sun Nov 22 06:49:22 2026`, from microseconds since the epoch. */
export function cTime(time_us: bigint): string {
  const date = dateOf(time_us);
  const day = String(date.getDate()).padStart(2);
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${
    clock(date)
  } ${date.getFullYear()}`;
}

/** `2026/11/22 06:16:25`, from seconds since the epoch. */
export function slashTime(time_s: bigint): string {
  const date = dateOf(time_s * 1_000_000n);
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${clock(date)}`;
}

/** `2026-11-22 06:16:25`, from microseconds since the epoch. */
export function localTime(time_us: bigint): string {
  return slashTime(wholeSeconds(time_us)).replaceAll("/", "-");
}

/** `000 00:32:13`: days, hours, minutes and seconds between two moments in microseconds. */
export function elapsedText(from_us: bigint, to_us: bigint): string {
  const total = Number(wholeSeconds(to_us) - wholeSeconds(from_us));
  const days = Math.trunc(total / 86_400);
  const rest = total - days * 86_400;
  const text = `${two(Math.trunc(rest / 3600))}:${two(Math.trunc(rest / 60) % 60)}:${
    two(rest % 60)
  }`;
  return `${String(days).padStart(3, "0")} ${text}`;
}

/** Seconds since the epoch. */
export function wholeSeconds(time_us: bigint): bigint {
  return time_us / 1_000_000n;
}

/** A time in JSON; `null` for never. */
export function timeJson(time_us: bigint): string | null {
  return time_us === 0n ? null : dateOf(time_us).toISOString();
}

function dateOf(time_us: bigint): Date {
  return new Date(Number(time_us / 1000n));
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
