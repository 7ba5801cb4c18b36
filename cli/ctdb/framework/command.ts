import type { Call, ClusterCall } from "./call.ts";
import type { CommandSpec, CommandText } from "./command-text.ts";
import type { DocumentSchema, DocumentSchemas } from "./schema.ts";

/** Runs a command; resolves to its exit status, or to nothing for 0. */
export type LocalCommand = (call: Call) => Promise<number | void>;

/** As {@link LocalCommand}, with a connection to the daemon. */
export type ClusterCommand = (call: ClusterCall) => Promise<number | void>;

/** What a module of commands exports, by the names of its commands. */
export type ClusterCommands = Readonly<Record<string, ClusterCommand>>;

/** As {@link ClusterCommands}, for commands that need no daemon. */
export type LocalCommands = Readonly<Record<string, LocalCommand>>;

/** What all commands have beside their texts. */
interface Loaded {
  /** What it prints under `--json`, where that stands beside its code. */
  schema(): Promise<DocumentSchema | undefined>;
}

/** A command and what runs it, whose module is only loaded when it does. */
export type Command =
  & CommandText
  & Loaded
  & (
    | { readonly reach: "nothing"; load(): Promise<LocalCommand> }
    | { readonly reach: "local" | "remote"; load(): Promise<ClusterCommand> }
  );

/** Loads a module that has the commands `K`. */
type Load<K extends string, C> = () => Promise<{
  readonly commands: Readonly<Record<K, C>>;
  readonly schemas?: DocumentSchemas;
}>;

/** Declares a command of `module` that runs without a daemon. */
export function alone<K extends string>(
  module: Load<K, LocalCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, ...loaded(module, spec.name), reach: "nothing" };
}

/** Declares a command of `module` that talks to the daemon of this node only. */
export function local<K extends string>(
  module: Load<K, ClusterCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, ...loaded(module, spec.name), reach: "local" };
}

/** Declares a command of `module` for which `-n` may name another node. */
export function remote<K extends string>(
  module: Load<K, ClusterCommand>,
  spec: CommandSpec<NoInfer<K>>,
): Command {
  return { ...spec, ...loaded(module, spec.name), reach: "remote" };
}

function loaded<K extends string, C>(module: Load<K, C>, name: K) {
  return {
    load: async (): Promise<C> => (await module()).commands[name],
    schema: async () => (await module()).schemas?.[name],
  };
}
