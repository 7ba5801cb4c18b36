/** What a run of `deno test` came to. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
}

/** A test that was not run. */
export interface SkippedTest {
  readonly name: string;
  readonly file: string;
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

/**
 * Reads the JUnit file of `deno test --junit-path`. Texts in it are escaped: each `<` is a tag.
 *
 * @param filter that of the run: what it left out stands in the file as skipped
 */
export function readReport(xml: string, filter?: string): TestReport {
  const cases = [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)];
  const failed = cases.filter(([, , body]) => /<(failure|error)\b/.test(body ?? ""));
  const notRun = cases.filter(([, , body]) => /<skipped\b/.test(body ?? ""));
  const skipped = notRun.map(([, attributes]) => ({
    name: attribute(attributes!, "name"),
    file: attribute(attributes!, "classname"),
  }));
  return {
    passed: cases.length - failed.length - notRun.length,
    failed: failed.length,
    skipped: skipped.filter(({ name }) => filter === undefined || matches(name, filter)),
  };
}

/** As `deno test --filter` does: a part of the name, or a pattern between slashes. */
function matches(name: string, filter: string): boolean {
  const pattern = /^\/(.*)\/$/s.exec(filter)?.[1];
  return pattern === undefined ? name.includes(filter) : new RegExp(pattern).test(name);
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replace(/&(\w+);/g, (entity, key: string) => entities[key] ?? entity);
}
