import assert from "node:assert/strict";
import type { Run } from "./sandbox.ts";

/** Calls that only ask: what counts is what a script does with the answer. */
const questions = [
  /^ip (-\S+ )*(addr|link|rule|route) show/,
  /^ip6?tables -S/,
  /^ctdb (-X|pnn|ip |leader|getdbmap)/,
  /^(ctdb-config|ethtool|nfsconf|df|ipcs|pidof) ?/,
  /^ss (?!-K)/,
  /^sleep /,
];

/** The calls that change something. */
export function acts(run: Run): string[] {
  return run.calls.filter((call) => !questions.some((question) => question.test(call)));
}

/** Assert the exit status and, if given, exactly what the script did, in order. */
export function expectRun(run: Run, status: number, expected?: readonly string[]): void {
  assert.equal(run.status, status, `exit status, output:\n${run.output}`);
  if (expected !== undefined) assert.deepEqual(acts(run), [...expected]);
}
