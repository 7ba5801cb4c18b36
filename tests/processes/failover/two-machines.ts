import { mustRun, spawnCommand } from "../../../testing/process/command.ts";
import { within } from "../../../testing/process/wait.ts";

/** Commands that namespaces are made with; throws with what the command said. */
const run = (command: string) => mustRun(command.split(" "));

/** Why {@link TwoMachines} cannot be made here; undefined where they can. */
export const unavailable: string | undefined = (() => {
  const probe = `ctdb-probe-${Deno.pid}`;
  try {
    run(`ip netns add ${probe}`);
    run(`ip netns delete ${probe}`);
    run("tcpdump --version");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
})();

let count = 0;

/** The two ends of the link. */
export type Machine = "server" | "client";

/**
 * Two network namespaces with an Ethernet link between them, for tests of what really goes out:
 * `server` has 10.99.0.1 and fd99::1 on interface `s0`, `client` 10.99.0.2 and fd99::2 on `c0`.
 */
export class TwoMachines implements AsyncDisposable {
  readonly #id = `ctdbfo${Deno.pid}x${count++}`;
  readonly #processes: Deno.ChildProcess[] = [];

  constructor() {
    const [server, client] = [this.#name("server"), this.#name("client")];
    run(`ip netns add ${server}`);
    run(`ip netns add ${client}`);
    run(`ip -n ${server} link add s0 type veth peer name c0 netns ${client}`);
    const ends = [[server, "s0", 1], [client, "c0", 2]] as const;
    for (const [namespace, link, last] of ends) {
      run(`ip -n ${namespace} link set lo up`);
      run(`ip -n ${namespace} address add 10.99.0.${last}/24 dev ${link}`);
      run(`ip -n ${namespace} address add fd99::${last}/64 dev ${link} nodad`);
      run(`ip -n ${namespace} link set ${link} up`);
    }
  }

  /** Starts a program on a machine; it is ended with the machines. */
  start(machine: Machine, program: string, args: readonly string[]): Lines {
    const child = spawnCommand(["ip", "netns", "exec", this.#name(machine), program, ...args], {
      stdout: "piped",
      stderr: "piped",
    });
    this.#processes.push(child);
    return new Lines(child);
  }

  /** Starts a module of this folder on a machine. */
  startModule(machine: Machine, module: string, ...args: readonly string[]): Lines {
    const path = new URL(module, import.meta.url).pathname;
    return this.start(machine, Deno.execPath(), ["run", "-A", path, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await child.status;
    }
    run(`ip netns delete ${this.#name("server")}`);
    run(`ip netns delete ${this.#name("client")}`);
  }

  #name(machine: Machine): string {
    return `${this.#id}-${machine}`;
  }
}

/** The output of a program, line by line, standard error among it. */
export class Lines {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  #changed: () => void = () => {};
  #open = 2;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    void this.#read(child.stdout);
    void this.#read(child.stderr);
  }

  /** Waits for a line that contains `text` and takes all up to it; throws if none comes any more. */
  async until(text: string): Promise<string[]> {
    for (;;) {
      const index = this.#lines.findIndex((line) => line.includes(text));
      if (index >= 0) return this.#lines.splice(0, index + 1);
      if (this.#open === 0) throw new Error(`no line with ${text}: ${this.#lines.join("\n")}`);
      await this.#change(`a line with ${text}`);
    }
  }

  /** Waits for the end; gives the exit code and the lines that nobody took. */
  async end(): Promise<{ code: number; lines: string[] }> {
    const { code } = await within(() => this.#told("the end"), this.#child.status);
    while (this.#open > 0) await this.#change("the end of the output");
    return { code, lines: this.#lines.splice(0) };
  }

  #change(what: string): Promise<void> {
    const changed = new Promise<void>((resolve) => this.#changed = resolve);
    return within(() => this.#told(what), changed);
  }

  #told(what: string): string {
    return `${what}: ${this.#lines.join("\n")}`;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      this.#lines.push(...parts);
      this.#changed();
    }
    if (rest !== "") this.#lines.push(rest);
    this.#open--;
    this.#changed();
  }
}
