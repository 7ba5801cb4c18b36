import type { Call, ClusterCall } from "./call.ts";

/** Runs a command; resolves to its exit status, or to nothing for 0. */
export type LocalCommand = (call: Call) => Promise<number | void>;

/** As {@link LocalCommand}, with a connection to the daemon. */
export type ClusterCommand = (call: ClusterCall) => Promise<number | void>;

/** What a module of commands exports, by the names of its commands. */
export type ClusterCommands = Readonly<Record<string, ClusterCommand>>;

/** As {@link ClusterCommands}, for commands that need no daemon. */
export type LocalCommands = Readonly<Record<string, LocalCommand>>;

/** How a command is reached: its module is only loaded when it runs. */
export type CommandRunner =
  | { readonly needs: "nothing"; load(): Promise<{ commands: LocalCommands }> }
  | {
    readonly needs: "daemon";
    /** Whether `-n` may name another node. */
    readonly remote: boolean;
    load(): Promise<{ commands: ClusterCommands }>;
  };

/** What an operand is a name of: shell completion offers the names. */
export type OperandKind =
  | "node"
  | "database"
  | "tunable"
  | "file"
  | "interface"
  | "command"
  | readonly string[];

/** One row of the table of commands. */
export interface CommandInfo {
  readonly name: string;
  /** As the usage shows them. */
  readonly operands: string;
  readonly about: string;
  /** Least and greatest number of operands; absent: any, and they are not looked at. */
  readonly count?: readonly [least: number, most: number];
  /** What each operand is, for completion. */
  readonly kinds?: readonly OperandKind[];
  readonly run: CommandRunner;
  /** One command line with what it is for. */
  readonly example: readonly [line: string, purpose: string];
  /** Further lines of the help. */
  readonly more?: string;
  /** Prints data, and so knows `--json`. */
  readonly json?: true;
  /** The C tool shows the whole help on a mistake in the operands of this command. */
  readonly fullUsage?: true;
  /** Takes long options among its operands. */
  readonly ownOptions?: true;
  /** Also runs when `ctdb.conf` is wrong. */
  readonly anyConfiguration?: true;
  /** Runs until the user ends it, unless `-T` or `CTDB_TIMEOUT` says when. */
  readonly endless?: true;
  /** The C tool does not have it. */
  readonly ours?: true;
}
