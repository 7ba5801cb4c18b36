import assert from "node:assert/strict";
import { expectation, loadCliVectors, substitute } from "../support/cli-vectors.ts";
import type { CliVector } from "../support/cli-vectors.ts";
import { expectedRun } from "../support/departures.ts";
import { runBinary } from "../../testing/process/run-binary.ts";

/** The programs that the captured runs found in their PATH. */
const stubs: Record<string, string> = {
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

function prepare(work: string, vector: CliVector): void {
  for (const [name, text] of Object.entries(stubs)) {
    Deno.mkdirSync(`${work}/${name.slice(0, name.indexOf("/"))}`, { recursive: true });
    Deno.writeTextFileSync(`${work}/${name}`, text, { mode: 0o755 });
  }
  if (vector.setup.includes("onnode.conf sets")) {
    Deno.writeTextFileSync(`${work}/onn/onnode.conf`, 'ONNODE_SSH="echo CONF"\n');
  }
}

/** Lines of nodes that run at the same time come in any order. */
function inSomeOrder(text: string): string[] {
  return text.split(/(?=\[192)|\n/).sort();
}

let localSsh = false;
for (const [index, captured] of loadCliVectors("onnode").entries()) {
  const vector = expectedRun("onnode", index, captured);
  if (vector.setup !== "same") localSsh = /runs (the command )?locally/.test(vector.setup);
  const sshDirectory = localSsh ? "run" : "print";
  const name = `onnode ${vector.argv.slice(1).map((word) => `'${word}'`).join(" ")}`;
  Deno.test(`captured run ${index}: ${name}`, async () => {
    const work = Deno.makeTempDirSync({ prefix: "onnode-" });
    try {
      prepare(work, vector);
      const places = { WORK: work, PREFIX: "/opt/ctdb" };
      const env = Object.fromEntries(
        Object.entries(vector.env ?? {}).map(([key, value]) => [key, substitute(value, places)]),
      );
      const result = await runBinary(vector.argv.slice(1).map((a) => substitute(a, places)), {
        program: "/opt/ctdb/tools/onnode",
        env: { PATH: `${work}/${sshDirectory}:${work}/bin:${Deno.env.get("PATH")}`, ...env },
        cwd: work,
        ...(vector.stdin === undefined ? {} : { stdin: vector.stdin }),
      });
      if (/^-P?p/.test(vector.argv[1] ?? "")) {
        const expected = inSomeOrder(substitute(vector.stdout, places));
        assert.deepEqual(inSomeOrder(result.stdout), expected);
      } else {
        assert.match(result.stdout, expectation(vector.stdout, places));
      }
      assert.match(result.stderr, expectation(vector.stderr, places));
      assert.equal(result.exit, vector.exit);
    } finally {
      Deno.removeSync(work, { recursive: true });
    }
  });
}
