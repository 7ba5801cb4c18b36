import assert from "node:assert/strict";
import { withProgress } from "../../../cli/ctdb/printing/progress.ts";
import { paint } from "../../../cli/ctdb/printing/style.ts";
import type { ProgramIo } from "../../../cli/io.ts";

/** The streams of a program, all of them terminals or none. */
function streams(terminal: boolean, env: Record<string, string> = {}) {
  const written: string[] = [];
  const io: ProgramIo = {
    program: "ctdb",
    env,
    cwd: "/",
    stdin: new ReadableStream(),
    children: "pipe",
    stdout: () => {},
    stderr: (data) => void written.push(String(data)),
    closeStdout: () => {},
    isTerminal: () => terminal,
  };
  return { io, written };
}

Deno.test("colours are for terminals, and not for those who do not want them", () => {
  assert.equal(paint(streams(true).io, "bad", "STOPPED"), "\x1b[31mSTOPPED\x1b[0m");
  assert.equal(paint(streams(false).io, "bad", "STOPPED"), "STOPPED");
  assert.equal(paint(streams(true, { NO_COLOR: "1" }).io, "bad", "STOPPED"), "STOPPED");
});

Deno.test("waiting is shown on a terminal until it is over, whatever the end", async () => {
  const { io, written } = streams(true);
  const shown = Promise.withResolvers<void>();
  const watching: ProgramIo = {
    ...io,
    stderr: (data) => {
      io.stderr(data);
      shown.resolve();
    },
  };
  const work = withProgress(watching, "waiting for node 1", async () => {
    await shown.promise;
    throw new Error("failed");
  });
  await assert.rejects(work, /failed/);
  assert.ok(written[0]!.startsWith("\r\x1b[K| waiting for node 1 "));
  assert.match(written[0]!, / \d+\.\d s$/);
  assert.equal(written.at(-1), "\r\x1b[K");
});

Deno.test("waiting is not shown elsewhere", async () => {
  const { io, written } = streams(false);
  assert.equal(await withProgress(io, "waiting", () => Promise.resolve(5)), 5);
  assert.deepEqual(written, []);
});
