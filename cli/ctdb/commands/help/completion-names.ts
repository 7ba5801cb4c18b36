import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommand, ClusterCommands } from "../../framework/command-info.ts";
import { nodeMap } from "../nodes/node-map.ts";

export const commands: ClusterCommands = { "completion-names": completionNames };

const LISTS: Readonly<Record<string, (call: ClusterCall) => Promise<readonly string[]>>> = {
  nodes: async (call) => (await nodeMap(call)).map(({ pnn }) => String(pnn)),
  databases: async (call) => {
    const map = await call.ask(call.target, "GET_DBMAP", undefined);
    return await Promise.all(map.map(({ dbId }) => call.ask(call.target, "GET_DBNAME", dbId)));
  },
  tunables: async (call) => await call.ask(call.target, "LIST_TUNABLES", undefined),
  interfaces: async (call) =>
    (await call.ask(call.target, "GET_IFACES", undefined)).map(({ name }) => name),
};

function completionNames(call: ClusterCall): ReturnType<ClusterCommand> {
  const list = LISTS[call.operand(0)] ?? call.usage();
  return list(call).then((names) => call.io.stdout(names.map((name) => `${name}\n`).join("")));
}
