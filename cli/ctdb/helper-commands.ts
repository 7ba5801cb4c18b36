import type { ClusterCall } from "./call.ts";
import type { ClusterCommands } from "./command-info.ts";
import { runHelper } from "./helper-program.ts";

export const commands: ClusterCommands = {
  lvs: (call: ClusterCall) =>
    runHelper(call, "LVS helper", call.paths.helper("lvsHelper"), call.operands),
  natgw: (call: ClusterCall) =>
    runHelper(call, "NAT gateway helper", call.paths.helper("natgwHelper"), call.operands),
};
