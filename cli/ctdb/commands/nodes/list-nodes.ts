import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { readNodeList } from "../../framework/nodes-source.ts";

export const commands = { listnodes } satisfies LocalCommands;

async function listnodes(call: Call): Promise<void> {
  const nodes = (await readNodeList(call.nodesSource, call.io.isTerminal("stderr")))
    .filter(({ deleted }) => !deleted)
    .map(({ pnn, address }) => ({ pnn, address: address.address }));
  call.print({
    human: () => nodes.map(({ address }) => `${address}\n`).join(""),
    machine: () => call.rows(nodes.map(({ pnn, address }) => [pnn, address])),
    json: () => ({ nodes }),
  });
}
