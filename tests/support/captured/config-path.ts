import { distributionDirs } from "../../../lib/config/mod.ts";
import { substitute } from "../../../testing/scenario/mod.ts";
import type { CliVector } from "../cli-vectors.ts";
import type { CapturedWorld, PreparedRun } from "./world.ts";

const { etcdir, rundir, vardir, datadir, logdir } = distributionDirs;
const DIRECTORIES = {
  ETCDIR: etcdir,
  RUNDIR: rundir,
  VARDIR: vardir,
  DATADIR: datadir,
  LOGDIR: logdir,
};

/** Runs of `ctdb-config` and `ctdb-path`: each with the ctdb.conf that its setup says. */
export class ConfigPathWorld implements CapturedWorld {
  readonly #work = Deno.makeTempDirSync({ prefix: "config-path-" });

  prepare(vector: CliVector): PreparedRun {
    const places = { ...DIRECTORIES, WORK: this.#work };
    const file = `${this.#work}/cfg/ctdb.conf`;
    Deno.mkdirSync(`${this.#work}/cfg`, { recursive: true });
    const text = confText(vector.setup);
    // Of the run before.
    Deno.writeTextFileSync(file, substitute(text ?? "", places));
    if (text === undefined) Deno.removeSync(file);
    const env = Object.fromEntries(
      Object.entries(vector.env ?? {}).map(([key, value]) => [key, substitute(value, places)]),
    );
    const args = vector.argv.slice(1).map((word) => substitute(word, places));
    return { args, env, cwd: this.#work, places };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#work, { recursive: true });
  }
}

/** What stands in ctdb.conf; `undefined`: there is no file. */
function confText(setup: string): string | undefined {
  const quoted = /^ctdb\.conf contents: (".*")$/s.exec(setup)?.[1];
  if (quoted !== undefined) return JSON.parse(quoted) as string;
  return setup.startsWith("ctdb.conf contents") ? "[cluster]\n foo = bar\n" : undefined;
}
