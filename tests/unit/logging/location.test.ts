import { deepStrictEqual, throws } from "node:assert/strict";
import { LogError, parseLogLocation } from "../../../lib/logging/mod.ts";
import type { LogLocation } from "../../../lib/logging/mod.ts";

// Every case but the json: ones was tried with Debian's ctdb-config 4.17.12.
const accepted: readonly [string, LogLocation][] = [
  ["file:", { kind: "stderr" }],
  ["file", { kind: "stderr" }],
  ["file:-", { kind: "stderr" }],
  ["file:/var/log/log.ctdb", { kind: "file", path: "/var/log/log.ctdb" }],
  ["file:rel", { kind: "file", path: "rel" }],
  ["file:/tmp:/nonexist/x", { kind: "file", path: "/tmp" }],
  ["::file::/tmp/x", { kind: "file", path: "/tmp/x" }],
  ["syslog", { kind: "syslog", mode: "standard" }],
  ["syslog:", { kind: "syslog", mode: "standard" }],
  ["syslog:nonblocking", { kind: "syslog", mode: "nonblocking" }],
  ["syslog:udp", { kind: "syslog", mode: "udp" }],
  ["syslog::udp:foo", { kind: "syslog", mode: "udp" }],
  ["syslog:udp-rfc5424", { kind: "syslog", mode: "udp-rfc5424" }],
  ["json:/var/log/ctdb.json", { kind: "json", path: "/var/log/ctdb.json" }],
];
const refused = [
  "",
  ":",
  "FILE:/tmp/x",
  "/tmp/x",
  "syslog:UDP",
  "syslog:foo:udp",
  "json:",
  "bogus:x",
]
  .concat("syslog:toString", "toString");

Deno.test("location: what each text means", () => {
  for (const [text, location] of accepted) deepStrictEqual(parseLogLocation(text), location, text);
});

Deno.test("location: anything else is refused by name", () => {
  for (const text of refused) throws(() => parseLogLocation(text), LogError, text);
  throws(() => parseLogLocation("bogus:x"), { message: "read log location: bogus:x" });
});
