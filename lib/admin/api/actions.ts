import { type Journal, messageOf, runCommand } from "../../base/mod.ts";
import {
  ACTION_LIMIT_MS,
  MAX_ACTION_OUTPUT_CHARACTERS,
  MAX_RUNNING_ACTIONS,
} from "../../limits/mod.ts";
import { Problem } from "../http/problem.ts";
import type { Identity } from "../http/tokens.ts";

/** What an action came to. */
export interface ActionResult {
  readonly action: string;
  readonly ok: boolean;
  readonly output: string;
}

/** What actions stand on. */
interface Ports {
  /** Starts `ctdb` of this installation. */
  readonly tool: readonly [command: string, ...args: string[]];
  readonly socket: string;
  readonly journal: Journal;
  /** What the API knows may be out of date now. */
  readonly acted: () => void;
}

/**
 * Changes to the cluster, each made by the command that an administrator would type: what it waits
 * for, how often it tries and what it says is the same, and nothing of it runs in the daemon.
 */
export class Actions {
  readonly #ports: Ports;
  #running = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Runs `ctdb` with `words`, and puts it into the history with who did it.
   *
   * @throws {Problem} the tool refused or failed; others are at it
   */
  async run(words: readonly string[], who: Identity): Promise<ActionResult> {
    if (this.#running >= MAX_RUNNING_ACTIONS) {
      throw new Problem(429, `${MAX_RUNNING_ACTIONS} actions are under way: wait for them`, {
        "retry-after": "5",
      });
    }
    const action = `ctdb ${words.join(" ")}`;
    this.#running++;
    try {
      const { ok, output } = await this.#start(words);
      this.#tell(who, action, ok ? "done" : `failed: ${firstLine(output)}`);
      if (!ok) throw new Problem(409, `${action}: ${output}`);
      return { action, ok, output };
    } finally {
      this.#running--;
      this.#ports.acted();
    }
  }

  #tell(who: Identity, action: string, result: string): void {
    this.#ports.journal({ kind: "operator-action", who: who.name, action, result });
  }

  async #start(words: readonly string[]): Promise<{ ok: boolean; output: string }> {
    const { tool, socket } = this.#ports;
    try {
      const { exit, stdout, stderr } = await runCommand(
        [...tool, "--socket", socket, ...words],
        { timeout_ms: ACTION_LIMIT_MS },
      );
      const output = `${stdout}${stderr}`.trim();
      return { ok: exit === 0, output: output.slice(-MAX_ACTION_OUTPUT_CHARACTERS) };
    } catch (error) {
      return { ok: false, output: messageOf(error) };
    }
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
