/**
 * Loaded before the tests of each file (`deno test --preload`): no test takes for ever. One that
 * hangs fails, says what it waited for, and the other files go on. Half a second would do for most;
 * the limit is for those of real clusters on a busy machine.
 *
 * @module
 */
import { toldWhenStuck } from "./process/pending-waits.ts";

const LIMIT_S = Number(Deno.env.get("CTDB_TEST_LIMIT_S") ?? 12 * 60);

// That is for the output of `deno test` (`tools/test.ts`), not for the programs that tests run.
Deno.env.delete("FORCE_COLOR");

let timer: ReturnType<typeof setTimeout> | undefined;

Deno.test.beforeEach(() => {
  timer = setTimeout(() => {
    throw new Error(`a test did not end within ${LIMIT_S} s: it ${toldWhenStuck()}`);
  }, LIMIT_S * 1000);
  timer.unref();
});

Deno.test.afterEach(() => clearTimeout(timer));
