/**
 * The module that is every program of ours, as a path: `main.ts`, or the bundle of it that
 * `deno task test` has made for a whole run, as it is installed, and starts in half the time.
 */
export const mainModule: string = Deno.env.get("CTDB_TEST_MAIN") ??
  new URL("../../main.ts", import.meta.url).pathname;
