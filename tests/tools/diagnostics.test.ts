import assert from "node:assert/strict";
import { main } from "../../cli/ctdb_diagnostics.ts";
import { distributionDirs } from "../../lib/config/mod.ts";
import { expectation, loadCliVectors } from "../support/cli-vectors.ts";
import { type ProgramResult, runProgram } from "../../testing/process/program-io.ts";

const program = "ctdb_diagnostics";

/** Programs of the system that the tests leave in place; all others are not there. */
const systemPrograms = ["bash", "sh", "cat", "ls", "diff", "date", "hostname", "sed", "printf"];

const noNodes = `#!/bin/sh\necho 'Failed to read nodes from "${distributionDirs.etcdir}/nodes"' >&2
exit 1\n`;

const threeNodes = "#!/bin/sh\nprintf '|0|10.0.0.1|\\n|1|10.0.0.2|\\n|2|10.0.0.3|\\n'\n";

/** Node 1 cannot be reached; on node 2 the clock is wrong and one file differs. */
const onnode = `#!/bin/sh
case "$1:$2" in
  1:*) exit 255;;
  *:true) exit 0;;
  0:"date +%s") echo 1000000;;
  2:"date +%s") echo 1000031;;
  *:"[ -r /etc/hosts ]") exit 0;;
  *:"[ -r /etc/fstab ]") exit 0;;
  *:"["*) exit 1;;
  0:"cat /etc/hosts") printf '# comment 0\\n127.0.0.1  localhost\\n';;
  2:"cat /etc/hosts") printf '# comment 2\\n127.0.0.1 localhost\\n';;
  *:"cat /etc/fstab") echo "/dev/sda / ext4"; echo;;
  *:"ls -l"*) echo "-rw-r--r-- listing";;
  *) echo "PROBE $1 [$EXTRA_SSH_OPTS] $2";;
esac
`;

async function run(
  args: string[],
  programs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<ProgramResult> {
  const directory = Deno.makeTempDirSync({ prefix: "diagnostics-" });
  try {
    Deno.mkdirSync(`${directory}/bin`);
    for (const name of systemPrograms) {
      const path = ["/bin", "/usr/bin"].map((bin) => `${bin}/${name}`).find(exists);
      if (path !== undefined) Deno.symlinkSync(path, `${directory}/bin/${name}`);
    }
    for (const [name, text] of Object.entries(programs)) {
      Deno.writeTextFileSync(`${directory}/bin/${name}`, text, { mode: 0o755 });
    }
    const settings = { PATH: `${directory}/bin`, CTDB_TEST_MODE: "yes", CTDB_BASE: directory };
    return await runProgram(main, args, { program, env: { ...settings, ...env } });
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

for (const [index, vector] of loadCliVectors("diagnostics").entries()) {
  Deno.test(`captured run ${index}: ${vector.argv.join(" ")}`, async () => {
    const result = await run(vector.argv.slice(1), { ctdb: noNodes });
    const places = { ETCDIR: distributionDirs.etcdir };
    assert.match(result.stdout, expectation(vector.stdout, places));
    assert.match(result.stderr, expectation(vector.stderr, places));
    assert.equal(result.exit, vector.exit);
  });
}

/** The lines from the one that begins with `start` to the next rule. */
function partOf(text: string, start: string): string {
  const from = text.indexOf(`\n${start}`) + 1;
  assert.ok(from > 0, `"${start}" is in the output`);
  const to = text.indexOf(`\n${"-".repeat(68)}\n`, from);
  return text.slice(from, to < 0 ? undefined : to + 1);
}

Deno.test("all nodes: who takes part, which files and clocks differ, what is run", async () => {
  const { stdout, stderr, exit } = await run([], { ctdb: threeNodes, onnode });
  assert.equal(stderr, "");
  assert.match(stdout, /^-{68}\nctdb_diagnostics starting\. This script will gather information/);
  assert.match(stdout, /\nDiagnosis started on these nodes:\n0,2\n\nNOT RUNNING DIAGNOSTICS on /);
  assert.match(
    stdout,
    /\nNOT RUNNING DIAGNOSTICS on these uncontactable nodes:\n1\n\nFor reference/,
  );

  const files = partOf(stdout, "Comping critical config files on nodes 0,2");
  assert.match(files, /ERROR: \/etc\/krb5\.conf is missing on node 0\n/);
  const rule = "  ================================\n";
  assert.ok(files.includes(
    `${rule}  File (on node 0): /etc/fstab\n  -rw-r--r-- listing\n  /dev/sda / ext4\n  \n${rule}` +
      "Testing for same config file /etc/fstab on node 2\n",
  ));
  assert.match(
    files,
    /Testing for same config file \/etc\/hosts on node 2\nERROR: File \/etc\/hosts is different on node 2\n--- [^\n]*hosts\.node0.*\n\+\+\+ [^\n]*hosts\.node2.*\n@@ -1,2 \+1,2 @@\n-# comment 0\n/,
  );
  assert.match(files, /ERROR: Optional file \S+\/public_addresses is not present on node 0\n/);

  const clocks = partOf(stdout, "Checking for clock drift");
  assert.equal(
    clocks,
    "Checking for clock drift\nERROR: time on node 2 differs by 31 seconds\n",
  );
  assert.match(
    partOf(stdout, "Showing software versions"),
    /\nrunning uname -a on nodes 0,2\nPROBE 0,2 \[ -o ConnectTimeout=5\] hostname; date; \{ uname -a; \} 2>&1 \| sed 's\/\^\/ {2}\/'\n/,
  );
  for (const title of ["Showing ctdb status and recent log entries", "Showing Samba status"]) {
    assert.match(partOf(stdout, title), /\nrunning .* on nodes 0,2\nPROBE /);
  }
  partOf(stdout, "Showing system and process status");

  const errors = [...stdout.matchAll(/^ERROR: (.*)$/gm)].map((match) => match[1]);
  assert.equal(exit, errors.length);
  const summary = errors.map((text, at) => ` ERROR[${at + 1}]: ${text}\n`).join("");
  assert.ok(stdout.endsWith(`\nDiagnostics finished with ${errors.length} errors\n${summary}`));
});

Deno.test("-c and -w: comments and blanks make no difference", async () => {
  const { stdout } = await run(["-c", "-w"], { ctdb: threeNodes, onnode });
  assert.doesNotMatch(stdout, /is different on node/);
  const half = await run(["-c"], { ctdb: threeNodes, onnode });
  assert.match(half.stdout, /ERROR: File \/etc\/hosts is different on node 2/);
});

Deno.test("-n: only these nodes; --no-ads: no questions to a domain", async () => {
  const stubs = { ctdb: threeNodes, onnode };
  const { stdout } = await run(["-n", "2", "--no-ads"], stubs, {
    EXTRA_SSH_OPTS: "-o ConnectTimeout=9",
  });
  assert.match(stdout, /Diagnosis started on these nodes:\n2\n\nFor reference/);
  assert.match(stdout, /running uname -a on nodes 2\nPROBE 2 \[-o ConnectTimeout=9\] /);
  assert.doesNotMatch(stdout, /net ads/);
  assert.doesNotMatch(stdout, /Testing for same/);
});

Deno.test("-l: this node alone, nothing compared, no remote shell", async () => {
  const { stdout } = await run(["-l"], { ctdb: threeNodes, onnode: "#!/bin/sh\necho REMOTE\n" });
  assert.doesNotMatch(stdout, /REMOTE|Testing for same|ERROR: File/);
  assert.match(stdout, /\n {2}File: \/etc\/hosts\n/);
  const hostname = Deno.hostname();
  assert.ok(stdout.includes(`\nrunning on local node\n${hostname}\n`));
});

Deno.test("an abbreviated or unknown long option", async () => {
  const unknown = await run(["--nosuch"], { ctdb: threeNodes, onnode });
  assert.match(unknown.stderr, /^ctdb_diagnostics: unrecognized option '--nosuch'\nUsage: /);
  const short = await run(["--no-a", "-n", "0"], { ctdb: threeNodes, onnode });
  assert.doesNotMatch(short.stdout, /net ads/);
});
