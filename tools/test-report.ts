/** What a run of `deno test` came to. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly FailedTest[];
  readonly skipped: readonly SkippedTest[];
}

/** A test that was not run. */
export interface SkippedTest {
  readonly name: string;
  readonly file: string;
}

/** A test that failed. */
export interface FailedTest {
  readonly name: string;
  readonly file: string;
  /** What Deno tells of it: the message, the place, the stack, the causes. */
  readonly text: string;
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
  const cases = [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)]
    .map(([, attributes, body = ""]) => ({
      name: attribute(attributes!, "name"),
      file: attribute(attributes!, "classname"),
      body,
    }));
  const failed = cases.filter(({ body }) => /<(failure|error)\b/.test(body));
  const notRun = cases.filter(({ body }) => /<skipped\b/.test(body));
  return {
    passed: cases.length - failed.length - notRun.length,
    failed: failed.length,
    failures: failed.map(({ name, file, body }) => ({ name, file, text: failureText(body) })),
    skipped: notRun.map(({ name, file }) => ({ name, file }))
      .filter(({ name }) => filter === undefined || matches(name, filter)),
  };
}

/** As `deno test --filter` does: a part of the name, or a pattern between slashes. */
function matches(name: string, filter: string): boolean {
  const pattern = /^\/(.*)\/$/s.exec(filter)?.[1];
  return pattern === undefined ? name.includes(filter) : new RegExp(pattern).test(name);
}

/** The text of a failure, or its message where there is no more. */
function failureText(body: string): string {
  const [, attributes = "", text = ""] =
    /<(?:failure|error)\b([^>]*?)(?:\/>|>(.*?)<\/)/s.exec(body) ?? [];
  return unescaped(text).trim() || attribute(attributes, "message");
}

function attribute(attributes: string, name: string): string {
  return unescaped(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
}

function unescaped(text: string): string {
  return text.replace(/&(\w+);/g, (entity, key: string) => entities[key] ?? entity);
}
