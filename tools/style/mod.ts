/**
 * Style as an executed test: rules over the syntax trees of all modules, and a list of what was there
 * before them, which may only become shorter.
 *
 * @module
 */
import { functionLength, parameterCount } from "./functions.ts";
import { limits } from "./limits.ts";
import { exportedTwice, units } from "./names.ts";
import type { Finding, Rule } from "./rule.ts";
import { readSource } from "./source.ts";
import { circles, handed, loneInterfaces } from "./structure.ts";

/** All rules. */
export const RULES: readonly Rule[] = [
  functionLength,
  parameterCount,
  units,
  exportedTwice,
  circles,
  loneInterfaces,
  handed,
  limits,
];

/** Known exceptions: by the name of a rule, what each finding is about and how much it may be. */
export type Exceptions = Readonly<Record<string, Readonly<Record<string, number>>>>;

const FILE = new URL("exceptions.json", import.meta.url);

/** What a look at the style came to, as lines to print. */
export interface StyleReport {
  /** What breaks the rules more than the list of exceptions knows. */
  readonly broken: readonly string[];
  /** Exceptions for more than is there: the list can become shorter. */
  readonly mended: readonly string[];
}

/** Looks at the whole source tree. */
export async function checkStyle(): Promise<StyleReport> {
  const source = await readSource();
  const known = JSON.parse(await Deno.readTextFile(FILE)) as Exceptions;
  const reports = RULES.map((rule) => judge(rule.name, rule.find(source), known[rule.name] ?? {}));
  return {
    broken: reports.flatMap(({ broken }) => broken),
    mended: reports.flatMap(({ mended }) => mended),
  };
}

/** What is to be said about the findings of one rule. */
export function judge(
  rule: string,
  findings: readonly Finding[],
  known: Readonly<Record<string, number>>,
): StyleReport {
  const amounts = sum(findings);
  return {
    broken: findings.filter(({ key }) => amounts.get(key)! > (known[key] ?? 0))
      .map(({ text }) => `${rule}: ${text}`),
    mended: Object.entries(known)
      .filter(([key, amount]) => (amounts.get(key) ?? 0) < amount)
      .map(([key, amount]) =>
        `${rule}: ${key}: ${amount} in tools/style/exceptions.json, ${amounts.get(key) ?? 0} now`
      ),
  };
}

/** The exceptions that are still needed, with what is there now where that is less. */
export async function shortenExceptions(): Promise<void> {
  const source = await readSource();
  const known = JSON.parse(await Deno.readTextFile(FILE)) as Exceptions;
  const entries = RULES.map((rule) => {
    const amounts = sum(rule.find(source));
    const kept = Object.entries(known[rule.name] ?? {}).filter(([key]) => amounts.has(key))
      .map(([key, amount]) => [key, Math.min(amount, amounts.get(key)!)]);
    return [rule.name, Object.fromEntries(kept)];
  });
  await Deno.writeTextFile(FILE, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

/** Findings about one thing count together. */
function sum(findings: readonly Finding[]): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const { key, amount } of findings) amounts.set(key, (amounts.get(key) ?? 0) + amount);
  return amounts;
}
