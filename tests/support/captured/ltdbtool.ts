import { openTdb } from "../../../lib/tdb/mod.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";
import { substitute } from "../../../testing/scenario/mod.ts";
import type { CliVector } from "../cli-vectors.ts";
import type { CapturedWorld, PreparedRun } from "./world.ts";

const encoder = new TextEncoder();
/** The number of chains that a persistent database of the C daemon has; it decides the order. */
const PERSISTENT_HASH_SIZE = 100001;

/** A value of a clustered database. */
export function clustered(rsn: bigint, dmaster: number, data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  const value = new Uint8Array(24 + bytes.length);
  const view = new DataView(value.buffer);
  view.setBigUint64(0, rsn, true);
  view.setUint32(8, dmaster, true);
  value.set(bytes, 24);
  return value;
}

/** The database that the captured runs worked on. */
function createCapturedDatabase(path: string): void {
  const tdb = openTdb(path, { hashSize: PERSISTENT_HASH_SIZE });
  const store = (key: string, value: Uint8Array) => tdb.store(encoder.encode(key), value);
  store("key2", clustered(1n, 0, "value2"));
  store("\x01\x02", clustered(1n, 0, "\n\v"));
  store("__db_sequence_number__\0", clustered(5n, 0, "\x05\0\0\0\0\0\0\0"));
  store("big", clustered(2n ** 64n - 1n, 0xffff_ffff, "v"));
  store("AB", clustered(1n, 0, "CD"));
  store("gone", clustered(9n, 1, ""));
  tdb.close();
}

async function holdLiveDatabase(path: string): Promise<RunningProgram> {
  const script = new URL("../hold-live-tdb.ts", import.meta.url).href;
  const options = ["--quiet", "--no-check", "-A"];
  const holder = new RunningProgram([Deno.execPath(), "run", ...options, script, path]);
  await holder.stdout(/open/);
  return holder;
}

/** Runs of `ltdbtool` on databases, of which one is in use; they depend on files of earlier ones. */
export class LtdbtoolWorld implements CapturedWorld {
  readonly #work: string;
  readonly #holder: RunningProgram;

  private constructor(work: string, holder: RunningProgram) {
    this.#work = work;
    this.#holder = holder;
  }

  /** Makes the databases. */
  static async create(): Promise<LtdbtoolWorld> {
    const work = await Deno.makeTempDir({ prefix: "ltdbtool-" });
    createCapturedDatabase(`${work}/per.tdb`);
    await Deno.mkdir(`${work}/node.0/db/volatile`, { recursive: true });
    return new LtdbtoolWorld(work, await holdLiveDatabase(`${work}/node.0/db/volatile/vv.tdb.0`));
  }

  prepare({ argv }: CliVector): PreparedRun | undefined {
    if (argv[0] !== "ltdbtool") return undefined;
    const places = { WORK: this.#work, BASE: this.#work };
    return {
      args: argv.slice(1).map((word) => substitute(word, places)),
      env: {},
      cwd: this.#work,
      places,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder[Symbol.asyncDispose]();
    await Deno.remove(this.#work, { recursive: true });
  }
}
