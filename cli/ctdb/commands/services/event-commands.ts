import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { exitOfHelper, runHelper } from "./helper-program.ts";

export const commands = { event, scriptstatus } satisfies LocalCommands;

const WHAT = "event daemon helper";

async function event(call: Call): Promise<number> {
  if (!call.options.json) return await runEventProgram(call, call.operands);
  const { printEventStatus, printScripts } = await import("./event-json.ts");
  const [first, second, third, ...more] = call.operands;
  if (first === "status" && third !== undefined && more.length === 0) {
    await printEventStatus(call, second!, third);
  } else if (first === "script" && second === "list" && third !== undefined && more.length === 0) {
    return await printScripts(call, third);
  } else {
    call.fail(1, "--json is for event status COMPONENT EVENT and event script list COMPONENT");
  }
  return 0;
}

/** Always succeeds, whatever the scripts did. */
async function scriptstatus(call: Call): Promise<void> {
  if (call.options.json) {
    const { printEventStatus } = await import("./event-json.ts");
    return await printEventStatus(call, "legacy", call.operands[0] ?? "monitor");
  }
  await runEventProgram(call, ["status", "legacy", call.operands[0] ?? "monitor"]);
}

/** Runs `ctdb-event`: in this process, unless the environment names another one. */
async function runEventProgram(call: Call, args: readonly string[]): Promise<number> {
  const other = call.io.env["CTDB_EVENT_HELPER"];
  if (other !== undefined) return await runHelper(call, { what: WHAT, path: other, args });
  const { main } = await import("../../../ctdb-event.ts");
  return exitOfHelper(call, WHAT, await main([...args], call.io));
}
