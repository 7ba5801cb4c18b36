import { PROGRAM_VERSION } from "../../../../lib/base/mod.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";

/** The release whose output and protocol this program has. */
export const COMPATIBLE_VERSION = "4.24.5";

export const commands = { version } satisfies LocalCommands;

/** Scripts compare the first line; people are told ours as well. */
function version(call: Call): Promise<void> {
  const version = COMPATIBLE_VERSION;
  const ours = call.io.isTerminal("stdout")
    ? `ctdb-deno ${PROGRAM_VERSION}, which speaks the protocol of that release\n`
    : "";
  call.print({ human: () => `${version}\n${ours}`, upstreamJson: () => ({ version }) });
  return Promise.resolve();
}
