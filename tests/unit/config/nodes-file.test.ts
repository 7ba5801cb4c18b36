import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  ConfigError,
  ctdbPortOf,
  nodesCommand,
  parseIpLiteral,
  parseNodes,
} from "../../../lib/config/mod.ts";

Deno.test("nodes: empty lines take no number, deleted lines do", () => {
  const text = "#a\n\n  \n127.0.0.1 \t\n#\n\t ::ffff:10.0.0.1\r\n[fd00::1]\n # x\n\n";
  deepStrictEqual(
    parseNodes(text, "nodes").map((node) => [node.pnn, node.address.address, node.deleted]),
    [
      [0, "0.0.0.0", true],
      [1, "127.0.0.1", false],
      [2, "0.0.0.0", true],
      [3, "10.0.0.1", false],
      [4, "fd00::1", false],
      [5, "0.0.0.0", true],
    ],
  );
});

Deno.test("nodes: every address has the port; an empty list is no error", () => {
  strictEqual(parseNodes("10.0.0.1\n", "nodes")[0]!.address.port, 4379);
  strictEqual(parseNodes("10.0.0.1\n", "nodes", 99)[0]!.address.port, 99);
  deepStrictEqual(parseNodes("", "nodes"), []);
});

Deno.test("nodes: one bad line refuses the list, with its place and text", () => {
  throws(() => parseNodes("10.0.0.1\n\nnode2\n", "/etc/ctdb/nodes"), (error: unknown) => {
    return error instanceof ConfigError && error.file === "/etc/ctdb/nodes" && error.line === 3 &&
      error.message === "Invalid node address node2";
  });
});

Deno.test("nodes: an address that is there twice is refused, in whatever spelling", () => {
  const text = "fd00::1\n#10.0.0.1\n10.0.0.1\n[FD00:0::1] # again\n";
  throws(() => parseNodes(text, "/n"), (error: unknown) => {
    return error instanceof ConfigError &&
      error.placed === "/n:4: read nodes, listed already in line 1: [FD00:0::1]";
  });
});

Deno.test("nodes: a list without end is refused", () => {
  throws(() => parseNodes("#\n".repeat(5000), "nodes"), ConfigError);
});

Deno.test("nodes: what was listed comes back in order", () => {
  const entry = fc.oneof(fc.ipV4(), fc.constant("#"), fc.constant("fd00::1"));
  const entries = fc.uniqueArray(entry, { comparator: (a, b) => a === b && a !== "#" });
  fc.assert(
    fc.property(entries, fc.array(fc.constantFrom("", "\n", " \n")), (list, gaps) => {
      const text = list.map((line, i) => `${gaps[i] ?? ""} ${line}\t\n`).join("");
      const nodes = parseNodes(text, "nodes");
      deepStrictEqual(nodes.map((node) => node.pnn), list.map((_, i) => i));
      const shown = nodes.map((node) => node.deleted ? "#" : node.address.address);
      deepStrictEqual(shown, list);
    }),
  );
});

Deno.test("nodes: a command is split at blanks, its program is a full path", () => {
  deepStrictEqual(nodesCommand('!/bin/x  a\t"b c"'), ["/bin/x", "a", '"b', 'c"']);
  deepStrictEqual(nodesCommand("! /bin/x"), ["/bin/x"]);
  strictEqual(nodesCommand("/etc/ctdb/nodes"), undefined);
  throws(() => nodesCommand("!x a"), ConfigError);
  throws(() => nodesCommand("!"), ConfigError);
});

Deno.test("nodes: the port is that of ctdb/tcp in the services database", () => {
  strictEqual(ctdbPortOf("ssh 22/tcp\nctdb\t4380/tcp # CTDB\n"), 4380);
  strictEqual(ctdbPortOf("x 4381/tcp ctdb\n"), 4381);
  strictEqual(ctdbPortOf("ctdb 4380/udp\n# ctdb 1/tcp\nctdbx 2/tcp\nctdb 99999/tcp"), 4379);
  strictEqual(ctdbPortOf(""), 4379);
});

Deno.test("literals: mapped addresses become IPv4 in whatever spelling", () => {
  const cases: readonly [string, string | undefined][] = [
    ["::FFFF:1.2.3.4", "1.2.3.4"],
    ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
    ["[::ffff:1.2.3.4]", "1.2.3.4"],
    ["::ffff:102:304", "1.2.3.4"],
    ["::ffff:0:1.2.3.4", "::ffff:0:102:304"],
    ["::fffe:1.2.3.4", "::fffe:102:304"],
    ["[10.0.0.1]", undefined],
    ["fe80::1%eth0", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) strictEqual(parseIpLiteral(text)?.address, expected, text);
});
