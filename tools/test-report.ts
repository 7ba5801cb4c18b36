/** What a run of `deno test` came to. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** Of the tests that were not run: name, and the file it is in. */
  readonly skipped: readonly string[];
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

/** Reads the JUnit file of `deno test --junit-path`. Texts in it are escaped: each `<` is a tag. */
export function readReport(xml: string): TestReport {
  const cases = [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)];
  const failed = cases.filter(([, , body]) => /<(failure|error)\b/.test(body ?? ""));
  const skipped = cases.filter(([, , body]) => /<skipped\b/.test(body ?? ""));
  return {
    passed: cases.length - failed.length - skipped.length,
    failed: failed.length,
    skipped: skipped.map(([, attributes]) =>
      `${attribute(attributes!, "name")} (${attribute(attributes!, "classname")})`
    ),
  };
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replace(/&(\w+);/g, (entity, key: string) => entities[key] ?? entity);
}
