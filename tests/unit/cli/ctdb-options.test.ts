import assert from "node:assert/strict";
import { parseOptionNumber, parseU64 } from "../../../cli/numbers.ts";
import type { Flag } from "../../../cli/ctdb/framework/command-text.ts";
import { operandOf } from "../../../cli/ctdb/framework/operand-grammar.ts";
import { defaultOptions, parseCommandLine } from "../../../cli/ctdb/framework/options.ts";

/** The options of a command line that has no mistake. */
function parse(line: string) {
  const parsed = parseCommandLine(line.split(" ").filter((word) => word !== ""));
  assert.equal(parsed.kind, "run", JSON.stringify(parsed));
  return parsed.kind === "run" ? parsed : assert.fail();
}

function mistakeIn(...args: string[]): string {
  const parsed = parseCommandLine(args);
  return parsed.kind === "mistake" ? parsed.text : assert.fail(parsed.kind);
}

Deno.test("options may stand anywhere, in clusters, and with their argument attached", () => {
  assert.deepEqual(parse("status").options, defaultOptions);
  assert.deepEqual(parse("status -n 1").words, ["status"]);
  for (
    const line of ["-n1 status", "-n=1 status", "status --node=1", "status --node 1", "-n 0x1"]
  ) {
    assert.equal(parse(line).options.node, 1, line);
  }
  assert.deepEqual(parse("-Xvn 2 ip all").options, {
    ...defaultOptions,
    machine: true,
    verbose: true,
    node: 2,
  });
  assert.equal(parse("-X -x ; status").options.separator, ";");
  assert.equal(parse("-x ; -X status").options.separator, ";");
  assert.equal(parse("-n 1 -n 2 status").options.node, 2);
  assert.equal(parse("--json --socket=/run/x status").options.socket, "/run/x");
  assert.deepEqual(parse("pnn --debuglevel=3").options, parse("pnn --debug=3").options);
});

Deno.test("-- ends the options, and a lone dash is no option", () => {
  assert.deepEqual(parse("-- setvar X -1").words, ["setvar", "X", "-1"]);
  assert.deepEqual(parse("- x").words, ["-", "x"]);
});

Deno.test("help and usage end the parsing where they stand", () => {
  assert.equal(parseCommandLine(["-?", "--bogus"]).kind, "help");
  assert.equal(parseCommandLine(["status", "--usage"]).kind, "usage");
  assert.equal(mistakeIn("--bogus", "--help"), "Invalid option --bogus: unknown option");
});

Deno.test("mistakes blame the word that was read last, as Debian's tool does", () => {
  assert.equal(mistakeIn("-z"), "Invalid option -z: unknown option");
  assert.equal(mistakeIn("-Xz"), "Invalid option -Xz: unknown option");
  assert.equal(mistakeIn("-n"), "Invalid option -n: missing argument");
  assert.equal(mistakeIn("-n", "x"), "Invalid option x: invalid numeric value");
  assert.equal(mistakeIn("-nX"), "Invalid option -nX: invalid numeric value");
  assert.equal(mistakeIn("-n", "- 5"), "Invalid option - 5: invalid numeric value");
  assert.equal(mistakeIn("-n", "0x"), "Invalid option 0x: invalid numeric value");
  assert.equal(mistakeIn("-T", "08"), "Invalid option 08: invalid numeric value");
  assert.equal(
    mistakeIn("-n", "2147483648"),
    "Invalid option 2147483648: number too large or too small",
  );
  assert.equal(mistakeIn("-X=1"), "Invalid option -X=1: option does not take an argument");
  assert.equal(mistakeIn("--help=3"), "Invalid option --help=3: option does not take an argument");
  assert.equal(mistakeIn("--sep=;"), "Invalid option --sep=;: unknown option");
});

Deno.test("flags of a command are options behind its name only", () => {
  const flags: readonly Flag[] = [
    { name: "explain", about: "", value: undefined },
    { name: "up", about: "", value: operandOf("<pnn-list>") },
    { name: "sort", about: "", value: operandOf("calls|name") },
  ];
  const own = (name: string) => name === "ipalloc" ? flags : [];
  const parsed = parseCommandLine(["ipalloc", "--explain", "--node=1", "--up", "1,2"], own);
  assert.ok(parsed.kind === "run");
  assert.deepEqual([parsed.words, parsed.options.node], [["ipalloc"], 1]);
  assert.deepEqual([...parsed.flags], [["explain", ""], ["up", "1,2"]]);
  const mistake = (...args: string[]) => {
    const parsed = parseCommandLine(args, own);
    return parsed.kind === "mistake" ? parsed.text : assert.fail(parsed.kind);
  };
  assert.equal(mistake("--explain", "ipalloc"), "Invalid option --explain: unknown option");
  assert.equal(mistake("status", "--explain"), "Invalid option --explain: unknown option");
  assert.equal(
    mistake("ipalloc", "--explain=1"),
    "Invalid option --explain=1: option does not take an argument",
  );
  assert.equal(mistake("ipalloc", "--up"), "Invalid option --up: missing argument");
  assert.equal(mistake("ipalloc", "--sort=x"), "Invalid value of --sort 'x': calls, name");
});

Deno.test("numbers are read as C reads them", () => {
  assert.equal(parseOptionNumber(""), 0);
  assert.equal(parseOptionNumber("-2147483648"), -2147483648);
  assert.equal(parseOptionNumber("1 "), "invalid numeric value");
  assert.equal(parseOptionNumber("+-1"), "invalid numeric value");
  assert.equal(parseU64("15xyz"), 15n);
  assert.equal(parseU64(" 0x1F"), 31n);
  assert.equal(parseU64("010"), 8n);
  assert.equal(parseU64("18446744073709551615"), 2n ** 64n - 1n);
  for (const text of ["", "x", "-1", "18446744073709551616"]) {
    assert.equal(parseU64(text), undefined);
  }
});
