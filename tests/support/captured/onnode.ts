import { substitute } from "../../../testing/scenario/mod.ts";
import type { CliVector } from "../cli-vectors.ts";
import type { CapturedWorld, PreparedRun } from "./world.ts";

/** The programs that the captured runs found in their PATH. */
const STUBS: Record<string, string> = {
  "bin/ctdb": `#!/bin/sh
if [ -n "$FAKE_FAIL" ]; then echo "connect() failed, errno=2" >&2; exit 1; fi
if [ "$1" = "pnn" ]; then
  case "$HOST" in
    192.168.1.101) exit 1;;
    192.168.1.102) echo 1;;
    192.168.1.103) echo 2;;
    *) echo 3;;
  esac
  exit 0
fi
cat <<EOF
|Node|IP|Disconnected|Unknown|Banned|Disabled|Unhealthy|Stopped|Inactive|PartiallyOnline|ThisNode|
|0|192.168.1.101|0|0|0|0|0|0|0|0|Y|
|1|192.168.1.102|1|0|0|0|0|0|0|0|N|
|2|192.168.1.103|0|0|0|1|0|0|0|0|N|
|3|192.168.1.104|0|0|0|0|0|0|0|0|N|
EOF
`,
  "bin/rsync": '#!/bin/sh\necho "rsync $* RSYNC_RSH=$RSYNC_RSH"\n',
  "print/ssh": '#!/bin/sh\necho "$*"\n',
  "run/ssh": `#!/bin/sh
if [ "$1" = "-n" ]; then shift; exec </dev/null; fi
HOST=$1; export HOST; shift
exec /bin/sh -c "$*"
`,
  "onn/nodes": "192.168.1.101\n192.168.1.102\n192.168.1.103\n192.168.1.104\n",
  "onn/nodes.del": "10.0.0.1\n#10.0.0.2\n10.0.0.3\n\n10.0.0.5 # five\n",
  "onn/nodes6": "fd00::1\nfd00::2\n",
};

/** Runs of `onnode` in a directory with stand-ins for `ctdb` and `ssh`. */
export class OnnodeWorld implements CapturedWorld {
  readonly #work = Deno.makeTempDirSync({ prefix: "onnode-" });
  #program: string;
  readonly #localSsh: readonly boolean[];

  /** @param program what the usage shall call the program */
  constructor(program: string, vectors: readonly CliVector[]) {
    this.#program = program;
    // A setup "same" is that of the last run which said how it was.
    let local = false;
    this.#localSsh = vectors.map(({ setup }) => {
      if (setup !== "same") local = /runs (the command )?locally/.test(setup);
      return local;
    });
  }

  /** Has the runs call the program at `file`, from below a prefix as they were captured. */
  link(file: string): void {
    this.#program = `${this.#work}/prefix/tools/onnode`;
    Deno.mkdirSync(`${this.#work}/prefix/tools`, { recursive: true });
    Deno.symlinkSync(file, this.#program);
  }

  prepare(vector: CliVector, index: number): PreparedRun {
    const work = this.#work;
    for (const [name, text] of Object.entries(STUBS)) {
      Deno.mkdirSync(`${work}/${name.slice(0, name.indexOf("/"))}`, { recursive: true });
      Deno.writeTextFileSync(`${work}/${name}`, text, { mode: 0o755 });
    }
    const conf = vector.setup.includes("onnode.conf sets") ? 'ONNODE_SSH="echo CONF"\n' : "";
    Deno.writeTextFileSync(`${work}/onn/onnode.conf`, conf);
    const places = { WORK: work, PREFIX: this.#program.replace(/\/[^/]+\/[^/]+$/, "") };
    const env = Object.fromEntries(
      Object.entries(vector.env ?? {}).map(([key, value]) => [key, substitute(value, places)]),
    );
    const ssh = this.#localSsh[index] === true ? "run" : "print";
    return {
      args: vector.argv.slice(1).map((word) => substitute(word, places)),
      env: { PATH: `${work}/${ssh}:${work}/bin:${Deno.env.get("PATH")}`, ...env },
      cwd: work,
      program: this.#program,
      places,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    Deno.removeSync(this.#work, { recursive: true });
    return Promise.resolve();
  }
}
