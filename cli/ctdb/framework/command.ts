import type { Call, ClusterCall } from "./call.ts";
import type { CommandSpec, CommandText } from "./command-text.ts";

/** Runs a command; resolves to its exit status, or to nothing for 0. */
export type LocalCommand = (call: Call) => Promise<number | void>;

/** As {@link LocalCommand}, with a connection to the daemon. */
export type ClusterCommand = (call: ClusterCall) => Promise<number | void>;

/** What a module of commands exports, by the names of its commands. */
export type ClusterCommands = Readonly<Record<string, ClusterCommand>>;

/** As {@link ClusterCommands}, for commands that need no daemon. */
export type LocalCommands = Readonly<Record<string, LocalCommand>>;

/** A command and what runs it, whose module is only loaded when it does. */
export type Command =
  | CommandText & { readonly reach: "nothing"; load(): Promise<LocalCommand> }
  | CommandText & { readonly reach: "local" | "remote"; load(): Promise<ClusterCommand> };

/** Loads a module that has the commands `K`. */
type Load<K extends string, C> = () => Promise<{ readonly commands: Readonly<Record<K, C>> }>;

/** Declares a command of `module` that runs without a daemon. */
export function alone<K extends string>(
  module: Load<K, LocalCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, reach: "nothing", load: async () => (await module()).commands[spec.name] };
}

/** Declares a command of `module` that talks to the daemon of this node only. */
export function local<K extends string>(
  module: Load<K, ClusterCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, reach: "local", load: async () => (await module()).commands[spec.name] };
}

/** Declares a command of `module` for which `-n` may name another node. */
export function remote<K extends string>(
  module: Load<K, ClusterCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, reach: "remote", load: async () => (await module()).commands[spec.name] };
}
