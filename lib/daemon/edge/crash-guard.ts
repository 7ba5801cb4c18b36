import { type Logger, messageOf, spawnCommand } from "../../base/mod.ts";

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
 * A shell, because it only waits, and must not cost memory for that. It reads byte by byte, so it is
 * told what changes, not the whole list: with a thousand addresses that move one by one that would be
 * more work than the moves.
 */
const GUARD_SCRIPT = `
held=" "
while read -r word entry; do
  case $word in
    add) held="$held$entry " ;;
    del)
      case $held in
        *" $entry "*) held="\${held%%" $entry "*} \${held#*" $entry "}" ;;
      esac
      ;;
    farewell) exit 0 ;;
  esac
done
drop() {
  for entry in $held; do
    echo "addr del \${entry%%@*} dev \${entry#*@}"
  done | ip -force -batch -
}
drop
for pause in 0.5 1; do
  sleep "$pause"
  drop
done
`;

/** Takes this node's addresses off its interfaces should the daemon die. */
export class CrashGuard {
  readonly #log: Logger;
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #told: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * What is here now, or is being put here. Starts the guard when there is something to guard.
   * Resolves when the guard can read it, or could not be told, which is logged.
   */
  async update(addresses: readonly GuardedAddress[]): Promise<void> {
    const told = this.#told;
    const now = new Set(addresses.map((a) => `${a.address}/${a.maskBits}@${a.interface}`));
    this.#told = now;
    const lines = [
      // What may be there twice for a moment is rather guarded twice.
      ...now.difference(told).values().map((entry) => `add ${entry}`),
      ...told.difference(now).values().map((entry) => `del ${entry}`),
    ];
    if (lines.length > 0) await this.#say(lines.join("\n"));
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
      this.#child = spawnCommand(["/bin/sh", "-c", GUARD_SCRIPT, "ctdb_crash_guard"], {
        stdin: "piped",
        stdout: "null",
        stderr: "null",
        // What kills the daemon's process group must not kill its guard.
        detached: true,
      });
      this.#writer = this.#child.stdin.getWriter();
    } catch (error) {
      this.#log.error(`Start the crash guard: ${messageOf(error)}`);
    }
  }
}
