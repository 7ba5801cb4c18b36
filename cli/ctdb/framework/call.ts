import { Errno } from "../../../lib/base/mod.ts";
import {
  ConnectionError,
  ControlError,
  type DaemonConnection,
  RequestTimeoutError,
} from "../../../lib/client/mod_connection.ts";
import type { Paths } from "../../../lib/config/mod.ts";
import type {
  ControlReply,
  ControlRequest,
  LiveControlName,
  NodeEntry,
} from "../../../lib/wire/mod.ts";
import type { ProgramIo } from "../../io.ts";
import { CommandFailure, exitOfStatus, UsageFailure } from "./failures.ts";
import type { CommandText } from "./command-text.ts";
import type { Flags, ToolOptions } from "./options.ts";

/** What a command shows, in each of the forms that it has. */
export interface Printout {
  readonly human: () => string;
  /** Rows for programs, finished; a command without them shows the human form under `-X`. */
  readonly machine?: () => string;
  /** What `--json` prints: values that JSON knows. */
  readonly json?: () => unknown;
  /** What `--json` prints in place of `json`: a document of the C tool, which ends without newline. */
  readonly upstreamJson?: () => unknown;
}

/** What every command works with. */
export class Call {
  readonly io: ProgramIo;
  readonly options: ToolOptions;
  readonly paths: Paths;
  /** The configured place of the node list: a path, or `!` and a command. */
  readonly nodesSource: string;
  readonly operands: readonly string[];
  /** Every command, for those that explain them. */
  readonly commands: readonly CommandText[];
  /** Aborted when the program has run too long or was interrupted. */
  readonly signal: AbortSignal;
  /** What this was made of, to make another like it. */
  readonly parts: CallParts;

  constructor(parts: CallParts) {
    this.parts = parts;
    this.io = parts.io;
    this.options = parts.options;
    this.paths = parts.paths;
    this.nodesSource = parts.nodesSource;
    this.operands = parts.operands;
    this.commands = parts.commands;
    this.signal = parts.signal;
  }

  /** Whether an option of this command was given, such as `quick` for `--quick`. */
  flag(name: string): boolean {
    return this.parts.flags.has(name);
  }

  /** What an option of this command was set to; `undefined`: it was not given. */
  flagValue(name: string): string | undefined {
    return this.parts.flags.get(name);
  }

  /** The operand at `index`; there must be one, as the table of commands says. */
  operand(index: number): string {
    return this.operands[index] ?? this.usage();
  }

  /** Prints one report in the form that the options ask for. */
  print(report: Printout): void {
    if (this.options.json && report.upstreamJson !== undefined) {
      this.io.stdout(JSON.stringify(report.upstreamJson(), null, 2));
    } else if (this.options.json && report.json !== undefined) {
      this.io.stdout(`${JSON.stringify(report.json(), null, 2)}\n`);
    } else if (this.options.machine && report.machine !== undefined) {
      this.io.stdout(report.machine());
    } else {
      this.io.stdout(report.human());
    }
  }

  /** Rows for programs: each starts and ends with the separator (cli.md 1.7). */
  rows(rows: readonly (readonly (string | number)[])[]): string {
    const { separator } = this.options;
    return rows.map((row) => `${separator}${row.join(separator)}${separator}\n`).join("");
  }

  /**
   * A line about what is wrong, which the C tool prints on standard output; under `--json` there is
   * nothing but the document.
   */
  complain(line: string): void {
    if (this.options.json) this.note(line);
    else this.io.stdout(`${line}\n`);
  }

  /** One line on standard error. */
  note(line: string): void {
    this.io.stderr(`${line}\n`);
  }

  /** Ends the command. */
  fail(status: number, message = ""): never {
    throw new CommandFailure(status, message);
  }

  /** Ends the command with its usage: the operands are not what it takes, `wrong` least of all. */
  usage(wrong?: string): never {
    throw new UsageFailure(wrong === undefined ? "" : `Invalid operand '${wrong}'`);
  }

  /** The time that one control or message is given. */
  get timeLimit_ms(): number {
    // A limit of 0 would be none at all.
    return Math.max(1, this.options.timeLimit_s * 1000);
  }

  /** Waits, unless the program shall end. */
  async sleep(delay_ms: number): Promise<void> {
    this.signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delay_ms);
    const stop = () => reject(this.signal.reason);
    this.signal.addEventListener("abort", stop, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", stop);
    }
  }
}

/** What a {@link Call} is made of. */
export interface CallParts {
  readonly io: ProgramIo;
  readonly options: ToolOptions;
  readonly paths: Paths;
  readonly nodesSource: string;
  readonly operands: readonly string[];
  readonly flags: Flags;
  readonly commands: readonly CommandText[];
  readonly signal: AbortSignal;
}

/** Names that the C tool spells otherwise when it reports a failure; scripts may look for them. */
const REPORTED_NAMES: Partial<Record<LiveControlName, string>> = {
  SET_DB_READONLY: "SET_DB_READONY",
};

/** What a command works with that talks to the daemon. */
export class ClusterCall extends Call {
  readonly client: DaemonConnection;
  /** The node that `-n` names, or the local one. */
  target: number;
  #nodeMap: readonly NodeEntry[] | undefined;

  constructor(parts: CallParts, client: DaemonConnection) {
    super(parts);
    this.client = client;
    this.target = parts.options.node === -1 ? client.pnn : parts.options.node >>> 0;
  }

  /** The node map that was read last (see `nodeMap`). */
  get cachedNodeMap(): readonly NodeEntry[] | undefined {
    return this.#nodeMap;
  }

  set cachedNodeMap(map: readonly NodeEntry[]) {
    this.#nodeMap = map;
  }

  /** Sends a control and waits for its answer, saying nothing about a failure. */
  readonly send: DaemonConnection["control"] = (pnn, name, request, options = {}) => {
    const { signal, timeLimit_ms: timeout_ms } = this;
    return this.client.control(pnn, name, request, { timeout_ms, signal, ...options });
  };

  /**
   * Sends a control and waits for its answer. A failure is reported as the C tool does (cli.md
   * 1.5), then ends the command with `then` as a further line.
   */
  async ask<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    then = "",
  ): Promise<ControlReply<N>> {
    try {
      return await this.send(pnn, name, request);
    } catch (error) {
      throw new CommandFailure(this.report(error, pnn, name), then);
    }
  }

  /**
   * The line about a control that failed; returns the exit status that goes with it. Throws what is
   * no failure of a control again.
   */
  report(error: unknown, pnn: number, name: LiveControlName): number {
    const shown = REPORTED_NAMES[name] ?? name;
    if (error instanceof ControlError) {
      this.note(`Control ${shown} failed, ret=${error.status}`);
      return exitOfStatus(error.status);
    }
    if (error instanceof RequestTimeoutError) {
      this.note(`Control ${shown} failed to node ${pnn}, ret=${Errno.ETIMEDOUT}`);
      return Errno.ETIMEDOUT;
    }
    throw error;
  }

  /**
   * Waits for something that a message will bring, `undefined` when it takes longer than the limit.
   * Fails when the connection ends meanwhile, or the program shall.
   */
  async within<T>(promise: Promise<T>, limit_ms = Infinity): Promise<T | undefined> {
    this.signal.throwIfAborted();
    const { promise: end, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = limit_ms === Infinity
      ? undefined
      : setTimeout(() => resolve(undefined), limit_ms);
    const stop = () => reject(this.signal.reason);
    this.signal.addEventListener("abort", stop, { once: true });
    this.client.ended.then(() =>
      reject(new ConnectionError("Connection to the daemon: it has ended"))
    );
    try {
      return await Promise.race([promise, end]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", stop);
      end.catch(() => {});
    }
  }
}
