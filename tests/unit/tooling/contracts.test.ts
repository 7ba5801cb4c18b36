/** Every line of `docs/spec/contracts.md` that begins with "=" has a test, which is there. */
import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));

const CLUSTER = "tests/interop/contracts.test.ts";
const INSTALLED = "tests/e2e/install.test.ts";

/** Section and first words of a line; a file and the names of the tests or steps in it that are about it. */
const TESTS: Readonly<Record<string, readonly [file: string, ...tests: string[]]>> = {
  "C1 `/usr/sbin/ctdbd --interactive [--debuglevel=N]`": [
    CLUSTER,
    "sambacc: the daemon stays in the foreground, with a debug level that it is given",
  ],
  "C1 `ctdb nodestatus`": [CLUSTER, "sambacc: the readiness probe, and whether JSON can be had"],
  "C1 `ctdb pnn`": [
    CLUSTER,
    "sambacc: who am I, who leads, by both names",
    "sambacc: the same with a debug level, which it gives to all programs",
  ],
  "C1 `ctdb leader`": [CLUSTER, "sambacc: who am I, who leads, by both names"],
  "C1 `ctdb reloadnodes`": [CLUSTER, "sambacc: reloadnodes"],
  "C1 `ctdb version --json`": [
    CLUSTER,
    "sambacc: the readiness probe, and whether JSON can be had",
  ],
  "C1 `ctdb status --json`": [CLUSTER, "sambacc: every key of status --json that it reads"],
  "C1 `ctdb ip all`": [CLUSTER, "sambacc: ip all, moveip"],
  "C1 `ctdb moveip ADDR NODE`": [CLUSTER, "sambacc: ip all, moveip"],
  "C1 `ltdbtool convert -s0 IN OUT.PNN`": [
    CLUSTER,
    "sambacc: databases of a single server are converted",
  ],
  "C3 `ctdb version | awk '{print $NF}' | sed \"s/[-.]\\?[[:alpha:]].*//\"`": [
    CLUSTER,
    "Pacemaker: a release above 4.9.0 is left over",
  ],
  "C3 `ctdb -t 10 -T SECONDS COMMAND`": [
    CLUSTER,
    "Pacemaker: the state of this node, within times",
  ],
  "C3 without a running daemon": [
    INSTALLED,
    "install: Pacemaker switches the scripts that it names, and no daemon runs",
    "install: the daemon goes on in the background, and ctdb shutdown ends it",
  ],
  "C3 `pkill -0 -f /usr/sbin/ctdbd`": [
    INSTALLED,
    "install: cluster managers find the daemon by the path of its program, and only it",
  ],
  "C4 `ctdb -X scriptstatus`": [CLUSTER, "check_ctdb: scriptstatus, with -X as without"],
  "C4 `ctdb -n all ping`": [CLUSTER, "check_ctdb: a ping of all nodes, two blanks and all"],
  "C4 `ctdb pnn`": [CLUSTER, "the Go exporter: its columns, found by name, and its commands"],
  "C4 sos report": [CLUSTER, "sos: everything that it collects"],
};

/** What the page marks, as the keys of {@link TESTS} are written. */
function marked(page: string): string[] {
  const found: string[] = [];
  let section = "";
  for (const line of page.split("\n")) {
    section = /^### (\w+)\./.exec(line)?.[1] ?? section;
    for (const [, words] of line.matchAll(/(?:^[-|] |[:;] )= (`[^`]+`|[^`:;]+)/g)) {
      found.push(`${section} ${words}`);
    }
  }
  return found;
}

/** What a file calls its tests and steps, with what an editor has broken over lines put together. */
function names(file: string): string[] {
  return [...read(file).matchAll(/(?:Deno\.test\(|\.step\(|name:)\s*"([^"]+)"/g)].map(([, name]) =>
    name!
  );
}

Deno.test("contracts: every line that must have a test is about one, and there is no other", () => {
  const lines = marked(read("docs/spec/contracts.md"));
  assert.ok(lines.length >= 18, lines.join("\n"));
  assert.deepEqual(lines.toSorted(), Object.keys(TESTS).toSorted());
});

Deno.test("contracts: the tests are there", () => {
  for (const [line, [file, ...tests]] of Object.entries(TESTS)) {
    assert.ok(tests.length > 0, line);
    for (const test of tests) {
      assert.ok(names(file).includes(test), `${line}: ${file} has no test ${test}`);
    }
  }
});
