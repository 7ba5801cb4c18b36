import { strictEqual } from "node:assert/strict";
import { runCommand } from "../../../testing/process/command.ts";

Deno.test("time: local zones with half hours and west of Greenwich", async () => {
  const code = `import { rfc3339, syslogTime } from "${new URL(
    "../../../lib/logging/timestamp.ts",
    import.meta.url,
  )}"; console.log(rfc3339(1793602800000001n), syslogTime(1793602800000001n));`;
  const inZone = async (TZ: string) => {
    const command = [Deno.execPath(), "eval", "--no-check", code];
    return (await runCommand(command, { env: { TZ } })).stdout.trim();
  };
  strictEqual(await inZone("UTC"), "2026-11-02T07:00:00.000001+00:00 Nov  2 07:00:00");
  strictEqual(
    await inZone("America/St_Johns"),
    "2026-11-02T03:30:00.000001-03:30 Nov  2 03:30:00",
  );
  strictEqual(await inZone("Asia/Kolkata"), "2026-11-02T12:30:00.000001+05:30 Nov  2 12:30:00");
});
