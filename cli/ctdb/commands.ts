/** Every command of `ctdb`, put together from the groups. @module */
import { addressesCommands } from "./commands/addresses/commands.ts";
import { adminCommands } from "./commands/admin/commands.ts";
import { daemonCommands } from "./commands/daemon/commands.ts";
import { databasesCommands } from "./commands/databases/commands.ts";
import { doctorCommands } from "./commands/doctor/commands.ts";
import { helpCommands } from "./commands/help/commands.ts";
import { nodesCommands } from "./commands/nodes/commands.ts";
import { sambaCommands } from "./commands/samba/commands.ts";
import { servicesCommands } from "./commands/services/commands.ts";
import { topCommands } from "./commands/top/commands.ts";
import { C_COMMANDS } from "./framework/c-commands.ts";
import type { Command } from "./framework/command.ts";

const byName = new Map(
  [
    ...nodesCommands,
    ...daemonCommands,
    ...databasesCommands,
    ...addressesCommands,
    ...servicesCommands,
    ...sambaCommands,
    ...doctorCommands,
    ...adminCommands,
    ...topCommands,
    ...helpCommands,
  ].map((command) => [command.name, command] as const),
);

/** In the order of the help: those of the C tool as it has them, then ours. */
export const commandTable: readonly Command[] = [
  ...C_COMMANDS.flatMap((name) => byName.get(name) ?? []),
  ...[...byName.values()].filter(({ name }) => !C_COMMANDS.includes(name)),
];
