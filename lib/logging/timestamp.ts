const microsPerSecond = 1_000_000n;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
  .concat(["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]);

/**
 * RFC 3339 in local time with microseconds and a numeric zone: `2026-11-22T06:13:41.892542+00:00`.
 * `wallTime_us` is microseconds since the epoch.
 */
export function rfc3339(wallTime_us: bigint): string {
  const { date, micros } = split(wallTime_us);
  return `${localDate(date)}T${localTime(date)}.${String(micros).padStart(6, "0")}${zone(date)}`;
}

/** The time of classic syslog (RFC 3164): `Nov  2 06:13:41`, local. */
export function syslogTime(wallTime_us: bigint): string {
  const { date } = split(wallTime_us);
  const day = String(date.getDate()).padStart(2, " ");
  return `${months[date.getMonth()]} ${day} ${localTime(date)}`;
}

function split(wallTime_us: bigint): { date: Date; micros: number } {
  const micros = BigInt.asUintN(64, wallTime_us) % microsPerSecond;
  return { date: new Date(Number((wallTime_us - micros) / 1000n)), micros: Number(micros) };
}

function localDate(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function localTime(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function zone(date: Date): string {
  const east_min = -date.getTimezoneOffset();
  const size_min = Math.abs(east_min);
  return `${east_min < 0 ? "-" : "+"}${two(Math.floor(size_min / 60))}:${two(size_min % 60)}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
