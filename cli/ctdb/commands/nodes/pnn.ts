import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";

export const commands = { pnn } satisfies ClusterCommands;

function pnn(call: ClusterCall): Promise<void> {
  const { pnn } = call.client;
  call.print({ human: () => `${pnn}\n`, json: () => ({ pnn }) });
  return Promise.resolve();
}
