import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { LogEntry } from "../../../lib/logging/entry.ts";
import { formatJson, formatLine, formatPlain } from "../../../lib/logging/entry.ts";
import { formatRfc5424, formatSyslog, formatSyslogBare } from "../../../lib/logging/entry.ts";
import { rfc3339, syslogTime } from "../../../lib/logging/timestamp.ts";

const entry: LogEntry = {
  wallTime_us: 1_795_329_221_892_542n,
  level: 1,
  host: "node1",
  program: "ctdbd",
  pid: 31054,
  node: 2,
  subsystem: "",
  message: 'text "quoted"\nsecond',
};

/** What the same moment looks like in the zone that this test runs in. */
const time = rfc3339(entry.wallTime_us);

Deno.test("time: microseconds and a numeric zone, the same instant", () => {
  match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.892542[+-]\d\d:\d\d$/);
  strictEqual(Date.parse(time), 1_795_329_221_892);
  match(rfc3339(1_000_000n), /\.000000[+-]/);
});

Deno.test("forms: file, terminal and the three of syslog, as the C daemon writes them", () => {
  const one = { ...entry, message: "Cluster lock not set" };
  strictEqual(formatLine(one), `${time} node1 ctdbd[31054]: Cluster lock not set`);
  strictEqual(formatPlain(one), "Cluster lock not set");
  const classic = syslogTime(entry.wallTime_us);
  strictEqual(formatSyslog(one), `<28>${classic} ctdbd[31054]: Cluster lock not set`);
  strictEqual(formatSyslogBare(one), "<28>ctdbd[31054]: Cluster lock not set");
  strictEqual(formatRfc5424(one), `<28>1 ${time} node1 ctdbd 31054 - - Cluster lock not set`);
});

Deno.test("forms: JSON keeps every field, on one line", () => {
  const line = formatJson({ ...entry, subsystem: "records" });
  strictEqual(line.includes("\n"), false);
  deepStrictEqual(JSON.parse(line), {
    time,
    host: "node1",
    program: "ctdbd",
    pid: 31054,
    node: 2,
    subsystem: "records",
    level: "WARNING",
    message: entry.message,
  });
  strictEqual(JSON.parse(formatJson({ ...entry, node: undefined })).node, null);
});

Deno.test("forms: a subsystem stands before the text", () => {
  strictEqual(formatPlain({ ...entry, subsystem: "records", message: "x" }), "records: x");
});
