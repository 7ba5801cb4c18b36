import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseShellAssignments } from "../../../lib/config/shell-assignments.ts";

function summary(text: string): [Record<string, string>, readonly number[]] {
  const { variables, skipped } = parseShellAssignments(text);
  const values = [...variables].map(([name, { value }]) => [name, value]);
  return [Object.fromEntries(values), skipped];
}

const cases: readonly [string, Record<string, string>, number[]][] = [
  ["A=b\n# C=d\n  E=f # g\n", { A: "b", E: "f" }, []],
  ["export A=b C='d e'\nexport A\n", { A: "b", C: "d e" }, []],
  ['A="b \\"c\\" \\\\ \\x"; B=c\\ d', { A: 'b "c" \\ \\x', B: "c d" }, []],
  ["A=b'c'\"d\"e\nA=\n", { A: "" }, []],
  ["A=1\nA=2\r\n", { A: "2" }, []],
  ["A='x\ny'\nB=1\n", { A: "x\ny", B: "1" }, []],
  ["A=b\\\nc\n", { A: "bc" }, []],
  ["A=$B\nC=`x`\nD=\"$E\"\nF='$G'\nH=\\$I\n", { F: "$G", H: "$I" }, [1, 2, 3]],
  ["A=1 cmd\nB=2\nulimit -n 5\n", { B: "2" }, [1, 3]],
  ["A=1 && B=2\nC=3 | x\nD=(1 2)\nE=5\n", { E: "5" }, [1, 2, 3]],
  [
    "if x; then\nA=1\nfi\nB=2\n",
    { B: "2" },
    [1, 1, 2, 3].filter((n, i, all) => all.indexOf(n) === i),
  ],
  ["f() {\nA=1\n}\nB=2\n", { B: "2" }, [1, 2, 3]],
  ["case x in\na) A=1 ;;\nesac\nB=2\n", { B: "2" }, [1, 2, 3]],
  ["for i in 1; do A=1; done\nB=2\n", { B: "2" }, [1]],
  ["A='open\nB=2\n", {}, [1]],
  ["1A=b\nA-B=c\n=d\n", {}, [1, 2, 3]],
  ["A=*\nB=~/x\n", {}, [1, 2]],
  ["'if'\nA=1\n", { A: "1" }, [1]],
];

Deno.test("assignments: what is set, and what only a shell would know", () => {
  for (const [text, values, skipped] of cases) {
    deepStrictEqual(summary(text), [values, skipped], text);
  }
});

Deno.test("assignments: the line is that of the assignment", () => {
  const { variables } = parseShellAssignments("\n# x\nA='1\n2'\nB=\\\n3\n");
  deepStrictEqual([...variables.values()].map(({ line }) => line), [3, 5]);
});

Deno.test("assignments: any text is read to its end", () => {
  const parts = fc.constantFrom(
    "A=",
    "b",
    "'",
    '"',
    "\\",
    "$",
    "\n",
    ";",
    "#",
    " ",
    "if",
    "fi",
    "{",
    "}",
  );
  fc.assert(fc.property(fc.array(parts), (parts) => {
    const { variables } = parseShellAssignments(parts.join(""));
    for (const [name] of variables) strictEqual(/^[A-Za-z_]\w*$/.test(name), true);
  }));
});
