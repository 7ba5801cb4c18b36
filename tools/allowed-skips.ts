import type { SkippedTest } from "./test-report.ts";

/** Tests that may be skipped where everything is there that tests need. */
export interface AllowedSkip {
  /** What the path of the file ends with: a step is of the file that it is made in. */
  readonly file: string;
  readonly name: RegExp;
  readonly reason: string;
}

/**
 * All of them. Whatever else is skipped is a failure in CI (`deno task test --strict`): a test that
 * never runs tests nothing.
 */
export const ALLOWED_SKIPS: readonly AllowedSkip[] = [
  {
    file: "tests/interop/samba.test.ts",
    name: / > /,
    reason: "Samba's own suite skips it",
  },
];

/** Those of `skipped` that nothing allows. */
export function forbiddenSkips(skipped: readonly SkippedTest[]): SkippedTest[] {
  return skipped.filter(({ file, name }) =>
    !ALLOWED_SKIPS.some((allowed) => file.endsWith(allowed.file) && allowed.name.test(name))
  );
}
