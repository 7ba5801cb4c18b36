import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { groupJson } from "./group-json.ts";
import { runHelper } from "./helper-program.ts";

export const commands = {
  lvs: (call) => runGroupHelper(call, "LVS helper", call.paths.helper("lvsHelper")),
  natgw: (call) => runGroupHelper(call, "NAT gateway helper", call.paths.helper("natgwHelper")),
} satisfies ClusterCommands;

const VIEWS = ["leader", "list", "status"];

async function runGroupHelper(call: ClusterCall, what: string, path: string): Promise<number> {
  const view = call.operand(0);
  if (!call.options.json || !VIEWS.includes(view)) {
    return await runHelper(call, { what, path, args: call.operands });
  }
  let text = "";
  const status = await runHelper(
    call,
    { what, path, args: call.operands },
    (output) => text = output,
  );
  // Where there is no leader the helper ends with a status of its own, which is no failure here.
  if (status === 0 || (view === "leader" && text === "" && status !== 1)) {
    call.io.stdout(`${JSON.stringify(groupJson(view, text), null, 2)}\n`);
  }
  return status;
}
