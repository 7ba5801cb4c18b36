import assert from "node:assert/strict";
import { programs } from "../../../cli/programs.ts";
import { runBinary } from "../../../testing/process/run-binary.ts";
import { runCommand } from "../../../testing/process/command.ts";

Deno.test("an unknown program: an error that names all, status 1", async () => {
  const result = await runBinary(["nosuch"], { program: "" });
  assert.equal(result.stdout, "");
  assert.equal(
    result.stderr,
    `Unknown program 'nosuch'\nPrograms: ${Object.keys(programs).join(" ")}\n`,
  );
  assert.equal(result.exit, 1);
});

Deno.test("a reader that has gone ends a program as SIGPIPE does", async () => {
  const script = '"$@" | true; echo "${PIPESTATUS[0]}"';
  const { stdout } = await runCommand(["/bin/bash", "-c", script, "bash", ...hugeOutput()]);
  assert.equal(stdout, "141\n");
});

/** A program that prints until nobody listens. */
function hugeOutput(): string[] {
  const script = `import { systemIo } from "${new URL("../../../cli/io.ts", import.meta.url)}";` +
    `const io = systemIo("x"); for (;;) io.stdout("x".repeat(65536));`;
  return [Deno.execPath(), "run", "-A", `data:text/javascript,${encodeURIComponent(script)}`];
}
