import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ConfigError, systemConfigIo } from "../../../lib/config/mod.ts";
import { withDirectory } from "../../unit/config/reference.ts";

Deno.test("machine: files, directories, missing and unreadable ones", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/a`, "text", { mode: 0o700 });
    await Deno.symlink("loop", `${directory}/loop`);
    const { stat, readFile, listDir } = systemConfigIo;
    strictEqual(new TextDecoder().decode(await readFile(`${directory}/a`)), "text");
    strictEqual(await readFile(`${directory}/nosuch`), undefined);
    deepStrictEqual(stat(`${directory}/a`), { kind: "file", ownerExecutable: true });
    strictEqual(stat(`${directory}/nosuch`), undefined);
    deepStrictEqual((await listDir(directory)).sort(), ["a", "loop"]);
    deepStrictEqual(await listDir(`${directory}/nosuch`), []);
    const hasCode = (code: string) => (error: unknown) =>
      error instanceof ConfigError && error.code === code;
    await rejects(readFile(directory), hasCode("EISDIR"));
    await rejects(readFile(`${directory}/loop`), hasCode("ELOOP"));
    await rejects(readFile("/dev/zero"), ConfigError);
  });
});

Deno.test("machine: commands are run to their end, whatever they do", async () => {
  const { run } = systemConfigIo;
  const { success, stdout } = await run("/bin/sh", ["-c", "echo a; exit 0"]);
  deepStrictEqual([success, new TextDecoder().decode(stdout)], [true, "a\n"]);
  strictEqual((await run("/bin/sh", ["-c", "exit 3"])).success, false);
  await rejects(run("/nonexistent/x", []), ConfigError);
  await rejects(run("/bin/sh", ["-c", "exec cat /dev/zero"]), ConfigError);
});
