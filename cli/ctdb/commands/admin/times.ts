import type { Call } from "../../framework/call.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `12h`, `30d` in seconds; ends the command for anything else. */
export function seconds(call: Call, text: string): number {
  const time_s = duration(text);
  if (time_s === undefined) call.fail(1, `Not a time: ${text}: write it like 90s, 15m, 12h or 30d`);
  return time_s;
}

/** A time in the past: how long ago, as {@link seconds} has it, or a date with a time. */
export function pastTime(call: Call, text: string, now_ms: number = Date.now()): Date {
  const ago_s = duration(text);
  const time_ms = ago_s === undefined ? instant(text) : now_ms - ago_s * 1000;
  if (!Number.isFinite(time_ms)) {
    call.fail(1, `Not a time: ${text}: write it like 90s or 12h (ago), or 2026-01-31T12:00:00Z`);
  }
  return new Date(time_ms);
}

/** A date with a time, or seconds since 1970. Date alone would take "1" for a month. */
function instant(text: string): number {
  if (/^[0-9]{9,10}$/.test(text)) return Number(text) * 1000;
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/.test(text) ? Date.parse(text) : NaN;
}

function duration(text: string): number | undefined {
  const [, number, unit] = /^([1-9][0-9]{0,6})([smhd])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit!]!;
}
