import { runCommand } from "../../lib/base/mod.ts";
import { type PreparedRun } from "../../tests/support/captured/world.ts";

/** Where the packages of distributions put the programs that nobody calls by hand. */
const HELPER_DIRECTORIES = ["/usr/libexec/ctdb", "/usr/lib/ctdb"];
const LIMIT_MS = 30_000;

/** What a program left behind. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Finds the programs of an installation that is not ours. */
export class Programs {
  readonly #directories: readonly string[];

  /** @param first directories in which they are looked for before the usual places */
  constructor(first: readonly string[]) {
    const path = (Deno.env.get("PATH") ?? "").split(":");
    this.#directories = [...first, ...path, ...HELPER_DIRECTORIES].filter((one) => one !== "");
  }

  /** The file of a program; `undefined` without one. */
  find(name: string): string | undefined {
    return this.#directories.map((directory) => `${directory}/${name}`).find(isFile);
  }

  /** What the installation says it is, as the vectors have it. */
  async version(): Promise<string> {
    const file = this.find("ctdb");
    if (file === undefined) return "unknown";
    const { stdout } = await run(file, { args: ["version"], env: {}, cwd: "/", places: {} });
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "unknown";
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end, which is its limit at the latest. It is called by its bare name, which
 * shows in what it prints, unless the run says where it is to be called.
 */
export async function run(file: string, run: PreparedRun, stdin?: string): Promise<Outcome> {
  const slash = file.lastIndexOf("/");
  const called = run.program === undefined
    ? [`PATH=${file.slice(0, slash)}:${Deno.env.get("PATH")}`, file.slice(slash + 1)]
    : [run.program];
  return await runCommand(["env", ...called, ...run.args], {
    env: run.env,
    cwd: run.cwd,
    stdin,
    timeout_ms: LIMIT_MS,
  });
}
