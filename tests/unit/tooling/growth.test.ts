import assert from "node:assert/strict";
import {
  eachSize,
  type GrowthFamily,
  type GrowthSetup,
  inTurn,
  type Measured,
} from "../../../bench/growth/growth-family.ts";
import { between } from "../../../bench/growth/growth-page.ts";
import { growthPlot } from "../../../bench/growth/growth-plot.ts";
import { growthTable } from "../../../bench/growth/growth-table.ts";
import { steepSteps } from "../../../bench/growth/steepness.ts";

const family: GrowthFamily = {
  name: "things",
  title: "Things & others",
  size: "things",
  quantities: [
    { name: "rate", unit: "1/s" },
    { name: "one", unit: "us", power: 0 },
    { name: "all", unit: "ms", power: 1 },
  ],
  measure: async function* () {},
};

const measured: readonly Measured[] = [
  { side: "ours", size: 1, values: { rate: 10, one: 5, all: 1 } },
  { side: "ours", size: 100, values: { rate: 900, one: 5.5, all: 10_000 } },
  { side: "C", size: 1, values: { rate: 8, one: 2 } },
  { side: "C", size: 100, values: { rate: 9, one: 40 } },
];

Deno.test("a step is steep when it grows faster than its due; rates are never", () => {
  assert.deepEqual(steepSteps(family, measured), [
    { side: "ours", quantity: "all", from: 1, to: 100, power: 2 },
    { side: "C", quantity: "one", from: 1, to: 100, power: Math.log(20) / Math.log(100) },
  ]);
});

Deno.test("a table has ours / C in each cell, and the steep steps behind it", () => {
  assert.equal(
    growthTable(family, measured),
    [
      "| things | rate, 1/s | one, us | all, ms |",
      "| ---: | ---: | ---: | ---: |",
      "| 1 | 10 / 8 | 5 / 2 | 1 |",
      "| 100 | 900 / 9 | 5.5 / 40 | 10,000 |",
      "",
      "Steps that are steeper than they may be:",
      "",
      "- ours, all: from 1 to 100 with the power 2.0",
      "- C, one: from 1 to 100 with the power 0.7",
      "",
    ].join("\n"),
  );
});

Deno.test("what cannot be measured is tried again, told, and stops nothing else", async () => {
  let calls = 0;
  const setup = {
    kinds: [{ side: "ours", kind: { name: "", daemon: [], tool: [] } }],
    short: false,
  };
  const measured = await Array.fromAsync(eachSize(setup as GrowthSetup, [1, 2], (_kind, size) => {
    calls++;
    if (size === 1) throw new Error("no answer\nlog of the node");
    return Promise.resolve({ one: calls });
  }));
  assert.deepEqual(measured, [
    { side: "ours", size: 1, values: {}, failure: "no answer" },
    { side: "ours", size: 2, values: { one: 3 } },
  ]);
  assert.match(growthTable(family, measured), /^Not measured: ours, 1: no answer$/m);
});

Deno.test("a plot has a panel for each quantity, and a curve for each side that there is", () => {
  const svg = growthPlot(family, measured);
  assert.equal(svg.match(/class="title"/g)?.length, 3);
  // Two in the legend, two for the rate, two for the one, one for all.
  assert.equal(svg.match(/class="curve (ours|c)"/g)?.length, 2 + 2 + 2 + 1);
  assert.match(svg, /aria-label="Things &amp; others"/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

Deno.test("sizes below a plot are short, and do not run into each other", () => {
  const sizes = [3, 4, 5, 64, 1000, 1024, 4096, 300_000, 1_048_576];
  const svg = growthPlot(
    { ...family, quantities: [{ name: "rate", unit: "1/s" }] },
    sizes.map((size) => ({ side: "ours", size, values: { rate: size } })),
  );
  const labels = [...svg.matchAll(/<text x="([\d.]+)"[^>]*text-anchor="middle">(\d+\S*)<\/text>/g)]
    .map(([, x, text]) => ({ x: Number(x), text }));
  assert.deepEqual(labels.map(({ text }) => text), ["3", "64", "1k", "4Ki", "300k", "1Mi"]);
  for (const [i, { x }] of labels.entries()) assert.ok(i === 0 || x - labels[i - 1]!.x >= 26);
});

Deno.test("text goes between its marks, again and again; without marks nothing is written", () => {
  const page = "a\n\n<!-- growth: x -->\n<!-- end: x -->\n\nb\n";
  const once = between(page, "x", "one\n");
  assert.equal(once, "a\n\n<!-- growth: x -->\n\none\n\n<!-- end: x -->\n\nb\n");
  assert.equal(between(once, "x", "two"), once.replace("one", "two"));
  assert.throws(() => between(page, "y", "text"), /no marks <!-- growth: y -->/);
});

Deno.test("sides that are there all the time are measured in turn, and shown by their medians", async () => {
  const order: string[] = [];
  const rates = { ours: [5, 1, 4, 2, 3], C: [50, 10, 40, 20, 30] };
  const subjects = [{ side: "ours", subject: "ours" }, { side: "C", subject: "C" }] as const;
  const measured = await Array.fromAsync(
    inTurn<"ours" | "C">(subjects, [7], (side) => {
      order.push(side);
      return Promise.resolve({ rate: rates[side].shift()! });
    }),
  );
  assert.equal(order.join(" "), "ours C C ours ours C C ours ours C");
  assert.deepEqual(measured, [
    { side: "ours", size: 7, values: { rate: 3 } },
    { side: "C", size: 7, values: { rate: 30 } },
  ]);
});
