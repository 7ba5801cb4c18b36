import { type Logger, messageOf } from "../../base/mod.ts";

/** A public address on an interface of this machine. */
export interface GuardedAddress {
  readonly address: string;
  readonly maskBits: number;
  readonly interface: string;
}

/**
 * Lives beside the daemon with the end of a pipe. The daemon tells it which addresses are here; when
 * the pipe ends without a farewell, the daemon has died, and its addresses are taken off at once,
 * before another node takes them over. (The C daemon leaves them until cron finds them.)
 *
 * An event script that was putting an address on goes on without the daemon, so they are taken off
 * some more times; a daemon that is started again has none before that is over.
 *
 * A shell, because it only waits, and must not cost memory for that.
 */
const GUARD_SCRIPT = `
held=
while read -r word rest; do
  case $word in
    held) held=$rest ;;
    farewell) exit 0 ;;
  esac
done
drop() {
  while [ $# -ge 2 ]; do
    echo "addr del $1 dev $2"
    shift 2
  done | ip -force -batch -
}
drop $held
for pause in 0.5 1; do
  sleep "$pause"
  drop $held
done
`;

/** Takes this node's addresses off its interfaces should the daemon die. */
export class CrashGuard {
  readonly #log: Logger;
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #told = "";
  #closed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * What is here now, or is being put here. Starts the guard when there is something to guard.
   * Resolves when the guard can read it, or could not be told, which is logged.
   */
  async update(addresses: readonly GuardedAddress[]): Promise<void> {
    const words = addresses.map((a) => `${a.address}/${a.maskBits} ${a.interface}`).sort();
    const line = ["held", ...words].join(" ");
    if (line === this.#told || (this.#child === undefined && words.length === 0)) return;
    this.#told = line;
    await this.#say(line);
  }

  /** The daemon ends in good order. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#child === undefined) return;
    await this.#say("farewell");
    await this.#writer?.close().catch(() => {});
    await this.#child.status;
  }

  async #say(line: string): Promise<void> {
    if (this.#child === undefined) this.#start();
    try {
      await this.#writer?.write(new TextEncoder().encode(`${line}\n`));
    } catch (error) {
      if (!this.#closed) this.#log.error(`Tell the crash guard: ${messageOf(error)}`);
    }
  }

  #start(): void {
    try {
      this.#child = new Deno.Command("/bin/sh", {
        args: ["-c", GUARD_SCRIPT, "ctdb_crash_guard"],
        stdin: "piped",
        stdout: "null",
        stderr: "null",
        // What kills the daemon's process group must not kill its guard.
        detached: true,
      }).spawn();
      this.#writer = this.#child.stdin.getWriter();
    } catch (error) {
      this.#log.error(`Start the crash guard: ${messageOf(error)}`);
    }
  }
}
