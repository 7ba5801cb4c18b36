import type { GrowthFamily, Measured, Side } from "./growth-family.ts";
import { curveOf, steepSteps } from "./steepness.ts";

/** A family's table in Markdown, ours / C in each cell, and the steps that are steeper than linear. */
export function growthTable(family: GrowthFamily, measured: readonly Measured[]): string {
  const sizes = [...new Set(measured.map(({ size }) => size))].sort((a, b) => a - b);
  const shown = family.quantities.filter(({ name }) =>
    measured.some(({ values }) => values[name] !== undefined)
  );
  const rows = sizes.map((size) => [
    sizeText(size),
    ...shown.map(({ name }) => cell(measured, size, name)),
  ]);
  const head = [family.size, ...shown.map(({ name, unit }) => `${name}, ${unit}`)];
  const lines = [
    head,
    head.map(() => "---:"),
    ...rows,
  ].map((cells) => `| ${cells.join(" | ")} |`);
  const missing = measured.flatMap(({ side, size, failure }) =>
    failure === undefined ? [] : ["", `Not measured: ${side}, ${sizeText(size)}: ${failure}`]
  );
  return [...lines, "", ...steepTexts(family, measured), ...missing, ""].join("\n");
}

/** `ours / C`, or the one that there is. */
function cell(measured: readonly Measured[], size: number, quantity: string): string {
  const value = (side: Side) => curveOf(measured, side, quantity).find(([at]) => at === size)?.[1];
  const ours = value("ours");
  const simulated = value("ours, simulated");
  const theirs = value("C");
  const parts = [
    ...(ours === undefined ? [] : [figure(ours)]),
    ...(simulated === undefined ? [] : [`(${figure(simulated)})`]),
    ...(theirs === undefined ? [] : [`/ ${figure(theirs)}`]),
  ];
  return parts.join(" ") || "-";
}

function steepTexts(family: GrowthFamily, measured: readonly Measured[]): string[] {
  const steps = steepSteps(family, measured);
  if (steps.length === 0) return ["No step is steeper than it may be."];
  return [
    "Steps that are steeper than they may be:",
    "",
    ...steps.map(({ side, quantity, from, to, power }) =>
      `- ${side}, ${quantity}: from ${sizeText(from)} to ${sizeText(to)} with the power ${
        power.toFixed(1)
      }`
    ),
  ];
}

/** Sizes as people write them: powers of two in bytes are not told from others. */
export function sizeText(size: number): string {
  return size.toLocaleString("en-GB");
}

/** Three digits. */
export function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-GB");
  return String(Number(value.toPrecision(3)));
}
