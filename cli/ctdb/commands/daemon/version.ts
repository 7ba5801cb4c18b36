import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";

/** The release whose output and protocol this program has. */
export const COMPATIBLE_VERSION = "4.24.5";

export const commands = { version } satisfies LocalCommands;

function version(call: Call): Promise<void> {
  const version = COMPATIBLE_VERSION;
  call.print({ human: () => `${version}\n`, upstreamJson: () => ({ version }) });
  return Promise.resolve();
}
