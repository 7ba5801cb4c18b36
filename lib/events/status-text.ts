import { Errno, errnoText } from "../base/mod.ts";
import { wasNotReached } from "./errno.ts";
import type { ScriptStatus } from "./event-run.ts";

const NAME_WIDTH = 20;
const STATE_WIDTH = 10;

/**
 * What `ctdb event status` and `ctdb scriptstatus` print for the scripts of an event (cli.md 9).
 *
 * Scripts that were not reached are left out, and so is everything from the first script on whose
 * data is from an earlier run than the one before it. Times are local.
 */
export function formatStatus(scripts: readonly ScriptStatus[]): string {
  let text = "";
  let previous_us = 0n;
  for (const script of scripts) {
    if (wasNotReached(script.result)) continue;
    if (script.begin_us < previous_us) break;
    previous_us = script.begin_us;
    text += statusLine(script) + outputLines(script);
  }
  return text;
}

function statusLine(script: ScriptStatus): string {
  const columns = (state: string, ...rest: string[]) =>
    [script.name.padEnd(NAME_WIDTH), state.padEnd(STATE_WIDTH), ...rest].join(" ") + "\n";
  const begin = formatTime(script.begin_us);
  switch (script.result) {
    case -Errno.ETIMEDOUT:
      return columns("TIMEDOUT", begin);
    case -Errno.ENOEXEC:
      return columns("DISABLED");
  }
  if (script.result < 0) return columns("CANNOT RUN", `(${errnoText(-script.result)})`);
  const duration_s = (Number(script.end_us - script.begin_us) / 1e6).toFixed(3);
  return columns(script.result === 0 ? "OK" : "ERROR", duration_s, begin);
}

function outputLines({ result, output }: ScriptStatus): string {
  const text = output.replace(/\n+$/, "");
  const fine = result === 0 || result === -Errno.ENOEXEC;
  if (fine && output === "") return "";
  if (!text.includes("\n")) return `  OUTPUT: ${text}\n`;
  return `  OUTPUT:\n${text.split("\n").map((line) => `    ${line}\n`).join("")}`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
  .concat(["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]);

/** A local time as the C library's `ctime` writes it: `Sun Nov  2 06:17:30 2026`. */
export function formatTime(time_us: bigint): string {
  const date = new Date(Number(time_us / 1000n));
  const day = String(date.getDate()).padStart(2);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${time} ${date.getFullYear()}`;
}
