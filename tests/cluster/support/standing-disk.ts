import { runCommand } from "../../../testing/process/command.ts";
import type { RunningProgram } from "../../../testing/process/running-program.ts";
import { attachStrace } from "../../../testing/process/strace.ts";

/** Every system call that waits for a disk. */
const WAITS = "fsync,fdatasync,msync,syncfs,sync_file_range";
/** For ever: an hour. */
const DELAY_US = 3_600_000_000;
const QUIET = ["--output=/dev/null", `--trace=${WAITS}`];
const INJECT = `--inject=${WAITS}:delay_enter=${DELAY_US}`;

/**
 * The disk of some daemons, which writes nothing more until this is disposed of: whoever waits for it,
 * in whatever thread or helper, waits on. It is strace that holds them.
 */
export class StandingDisk implements AsyncDisposable {
  readonly #strace: RunningProgram;

  private constructor(strace: RunningProgram) {
    this.#strace = strace;
  }

  /** Whether this machine has strace, and lets it do that. */
  static async available(): Promise<boolean> {
    const command = ["strace", ...QUIET, "--inject=fsync:delay_enter=1", "/bin/true"];
    return (await runCommand(command)).exit === 0;
  }

  /** From now on the disk of these daemons stands. */
  static async of(daemons: readonly number[]): Promise<StandingDisk> {
    return new StandingDisk(await attachStrace([...QUIET, INJECT], daemons));
  }

  /** What waited goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#strace.child.kill("SIGINT");
    await this.#strace.exit();
    await this.#strace[Symbol.asyncDispose]();
  }
}
