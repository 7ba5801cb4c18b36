import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { exists, type Run, Sandbox, type Scenario } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";

// statd_callout and statd_callout_helper: events.md F.4

const callouts = new URL("../../events.d/callouts/", import.meta.url).pathname;
const queue = "var/scripts/statd_callout";
const client = "client.example";

/** statd's own state, which the helper empties: never that of this machine. */
const ownState = `
if [ -d /var/lib/nfs ]; then
	mount -t tmpfs none /var/lib/nfs || exit 1
	mkdir /var/lib/nfs/sm /var/lib/nfs/sm.bak
	: >/var/lib/nfs/sm/client
	: >/var/lib/nfs/sm.bak/client
fi`;

async function open(storage: string, changes: Scenario = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.open({
    setup: ownState,
    after: "find /var/lib/nfs -type f 2>/dev/null",
    ...changes,
    options: [
      `CTDB_STATD_CALLOUT_SHARED_STORAGE=${storage}`,
      'CTDB_NFS_SHARED_STATE_DIR="$CASE/shared"',
      'CTDB_NFS_CALLOUT="$CTDB_BASE/callout.sh"',
      ...changes.options ?? [],
    ],
    etc: { "callout.sh": '#!/bin/sh\necho "callout $*" >>"$CASE/calls"\n' },
  });
  await sandbox.write("var/scripts/my-public-ip-addresses", "10.0.0.9\n10.0.0.8\n");
  return sandbox;
}

function helper(sandbox: Sandbox, ...operation: string[]): Promise<Run> {
  return sandbox.run(`${callouts}statd_callout_helper`, ...operation);
}

/** Run the call-out as statd does, which may be an unprivileged user. */
function statd(sandbox: Sandbox, ...operation: string[]): Promise<Run> {
  const config =
    `CTDB_STATD_CALLOUT_CONFIG_FILE=${sandbox.directory}/var/scripts/statd_callout.conf`;
  return sandbox.run("env", config, `${callouts}statd_callout`, ...operation);
}

async function files(sandbox: Sandbox, directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${sandbox.directory}/${directory}`)) names.push(name);
  return names.sort();
}

scenarioTest("statd call-out: clients are queued for each hosted address", async () => {
  await using sandbox = await open("persistent_db");
  expectRun(await helper(sandbox, "startup"), 0, [
    "ctdb attach ctdb_statd_callout.tdb persistent",
  ]);
  expectRun(await statd(sandbox, "add-client", client, "server"), 0, []);
  const names = [`statd-state@10.0.0.8@${client}`, `statd-state@10.0.0.9@${client}`];
  assert.deepEqual(await files(sandbox, queue), names);
  const note = await sandbox.read(`${queue}/${names[0]}`);
  assert.match(note, new RegExp(`^"statd-state@10\\.0\\.0\\.8@${client}" "\\d+"\n$`));

  expectRun(await statd(sandbox, "del-client", client, "server"), 0, []);
  assert.equal(
    await sandbox.read(`${queue}/${names[1]}`),
    `"statd-state@10.0.0.9@${client}" ""\n`,
  );
});

scenarioTest("statd call-out: a client's name cannot leave its place", async () => {
  await using sandbox = await open("persistent_db");
  await helper(sandbox, "startup");
  for (const name of ["../../etc/x", "a/b", 'a"b', "a@b", "a b", "", ".hidden", "a\nb"]) {
    expectRun(await statd(sandbox, "add-client", name), 1, []);
  }
  assert.deepEqual(await files(sandbox, queue), []);
});

scenarioTest("statd call-out: other calls", async () => {
  await using sandbox = await open("none");
  expectRun(await statd(sandbox, "sm-notify", "x", "y"), 0, []);
  expectRun(await statd(sandbox, "nonsense"), 1, []);
  // Not started up yet: nothing is known, so nothing can be noted.
  expectRun(await statd(sandbox, "add-client", client), 1, []);
  expectRun(await helper(sandbox, "startup"), 0, []);
  expectRun(await statd(sandbox, "add-client", client), 0, []);
});

scenarioTest("statd helper update: the queue goes to the database", async () => {
  await using sandbox = await open("persistent_db:other.tdb");
  expectRun(await helper(sandbox, "startup"), 0, ["ctdb attach other.tdb persistent"]);
  expectRun(await helper(sandbox, "update"), 0, []);
  await statd(sandbox, "add-client", client);
  // Of an address that is not hosted here any more.
  await sandbox.write(`${queue}/statd-state@10.0.0.7@x`, '"statd-state@10.0.0.7@x" "1"\n');

  const run = await helper(sandbox, "update");
  expectRun(run, 0);
  const [call, ...notes] = acts(run);
  assert.equal(call, "ctdb ptrans other.tdb");
  assert.deepEqual(
    notes.map((note) => note.replace(/"\d+"$/, '"TIME"')).sort(),
    [8, 9].map((n) => `ctdb < "statd-state@10.0.0.${n}@${client}" "TIME"`),
  );
  assert.deepEqual(await files(sandbox, queue), ["statd-state@10.0.0.7@x"]);
});

scenarioTest("statd helper update: what the database does not take stays queued", async () => {
  await using sandbox = await open("persistent_db");
  await helper(sandbox, "startup");
  await statd(sandbox, "add-client", client);
  const queued = await files(sandbox, queue);
  // While the database is asked, statd deletes the client of one address.
  const newer = `${queue}/statd-state@10.0.0.9@${client}`;
  await sandbox.answer({ ctdb: `echo newer >"$CASE/${newer}"; exit 1` });
  expectRun(await helper(sandbox, "update"), 1);
  assert.deepEqual(await files(sandbox, queue), queued);
  assert.equal(await sandbox.read(newer), "newer\n");
});

scenarioTest("statd helper update: an address that leaves takes its clients along", async () => {
  await using sandbox = await open("persistent_db");
  await helper(sandbox, "startup");
  await statd(sandbox, "add-client", client);
  // 10.interface has taken it out already.
  await sandbox.write("var/scripts/my-public-ip-addresses", "10.0.0.8\n");
  const run = await helper(sandbox, "update", "10.0.0.9");
  expectRun(run, 0);
  const [call, ...notes] = acts(run);
  assert.equal(call, "ctdb ptrans ctdb_statd_callout.tdb");
  assert.deepEqual(notes.map((note) => note.replace(/"\d+"$/, "")), [
    `ctdb < "statd-state@10.0.0.9@${client}" `,
  ]);
  assert.deepEqual(await files(sandbox, queue), [`statd-state@10.0.0.8@${client}`]);
});

scenarioTest("statd helper update: a killed one loses nothing", async () => {
  await using sandbox = await open("persistent_db");
  await helper(sandbox, "startup");
  const note = '"statd-state@10.0.0.9@x" "1"';
  await sandbox.write(`${queue}/.taken.999/statd-state@10.0.0.9@x`, `${note}\n`);
  expectRun(await helper(sandbox, "update"), 0, [
    "ctdb ptrans ctdb_statd_callout.tdb",
    `ctdb < ${note}`,
  ]);
  assert.deepEqual(await files(sandbox, queue), []);
});

/** Shows what `sm-notify` is given. */
const smNotify = `
for last; do :; done
for file in "$last"/sm/*; do
	echo "sm-notify: \${file##*/}: $(cat "$file")" >>"$CASE/calls"
done
echo "sm-notify: state $(od -A n -t d4 "$last/state" | tr -d ' ')" >>"$CASE/calls"`;

const record = (address: string, name: string, data = "1234567890") => {
  const key = `statd-state@${address}@${name}`;
  return `key(${key.length}) = "${key}"\ndmaster: 0\nrsn: 3\nflags: 0x00000000\n` +
    `data(${data.length}) = "${data}"\n\n`;
};

scenarioTest("statd helper notify: clients of new addresses are told to reclaim", async () => {
  await using sandbox = await open("persistent_db", { answers: { "sm-notify": smNotify } });
  await sandbox.write(
    "dump",
    record("10.0.0.9", "one") + record("10.0.0.9", "two") + record("10.0.0.8", "three") +
      record("10.0.0.9", "gone", ""),
  );
  await sandbox.answer({
    ctdb: 'case "$1" in catdb) cat "$CASE/dump" ;; ptrans) record_stdin ;; esac',
  });
  await helper(sandbox, "startup");
  await sandbox.write(`${queue}/statd-state@10.0.0.7@old`, "left");
  expectRun(await helper(sandbox, "takeip", "10.0.0.9"), 0, []);
  expectRun(await helper(sandbox, "takeip", "10.0.0.9"), 0, []);

  const run = await helper(sandbox, "notify");
  expectRun(run, 0);
  const done = acts(run).filter((call) => call !== "callout register");
  assert.deepEqual(done.slice(0, 2), ["callout stop nlockmgr", "callout start nlockmgr"]);
  assert.ok(run.calls.includes("sleep 2"));
  const state = Number(/state (\d+)/.exec(run.calls.join("\n"))?.[1]);
  assert.deepEqual(done.slice(2), [
    "ctdb catdb ctdb_statd_callout.tdb",
    "ctdb ptrans ctdb_statd_callout.tdb",
    'ctdb < "statd-state@10.0.0.9@one" ""',
    'ctdb < "statd-state@10.0.0.9@two" ""',
    "sm-notify -d -f -n -v 10.0.0.9 -P CASE/var/scripts/service/nfs/sm-notify.10.0.0.9",
    `sm-notify: one: 0100007f 000186b5 00000003 00000010 ${"0".repeat(32)} one 10.0.0.9`,
    `sm-notify: two: 0100007f 000186b5 00000003 00000010 ${"0".repeat(32)} two 10.0.0.9`,
    `sm-notify: state ${state}`,
  ]);
  // The number of a restart is odd while the server is up.
  assert.ok(state % 2 === 1 && state > 1_600_000_000);
  assert.deepEqual(await files(sandbox, queue), []);

  // Told once.
  const again = await helper(sandbox, "notify");
  assert.ok(!again.calls.some((call) => call.startsWith("sm-notify")));
});

scenarioTest("statd helper: records in a directory that all nodes share", async () => {
  await using sandbox = await open("shared_dir", { answers: { "sm-notify": smNotify } });
  expectRun(await helper(sandbox, "startup"), 0, []);
  await statd(sandbox, "add-client", "one");
  await statd(sandbox, "add-client", "two");
  await statd(sandbox, "del-client", "two");
  const names = ["statd-state@10.0.0.8@one", "statd-state@10.0.0.9@one"];
  assert.deepEqual(await files(sandbox, "shared/statd"), names);
  assert.equal(await sandbox.read(`shared/statd/${names[0]}`), "");
  expectRun(await helper(sandbox, "update"), 0, []);

  await helper(sandbox, "takeip", "10.0.0.8");
  const run = await helper(sandbox, "notify");
  assert.ok(run.calls.some((call) => call.startsWith("sm-notify -d -f -n -v 10.0.0.8")));
  assert.deepEqual(await files(sandbox, "shared/statd"), names.slice(1));
});

scenarioTest(
  "statd helper: an absolute shared directory, a missing one, a wrong mode",
  async () => {
    await using absolute = await open('"shared_dir:$CASE/elsewhere"');
    expectRun(await helper(absolute, "startup"), 0, []);
    assert.deepEqual(await files(absolute, "elsewhere"), []);

    await using missing = await open("shared_dir", { options: ["CTDB_NFS_SHARED_STATE_DIR="] });
    expectRun(await helper(missing, "startup"), 1, []);
    await using wrong = await open("nonsense");
    expectRun(await helper(wrong, "startup"), 1, []);
    assert.ok(!await exists(`${wrong.directory}/var/scripts/statd_callout.conf`));
  },
);

scenarioTest("statd helper: with no storage lockd restarts, nobody is told", async () => {
  await using sandbox = await open("none");
  expectRun(await helper(sandbox, "startup"), 0, []);
  await helper(sandbox, "takeip", "10.0.0.9");
  const run = await helper(sandbox, "notify");
  expectRun(run, 0);
  assert.deepEqual(acts(run).filter((call) => !call.includes("register")), [
    "callout stop nlockmgr",
    "callout start nlockmgr",
  ]);
  // Nor will statd tell by itself.
  assert.equal(run.after, "");
  expectRun(await helper(sandbox, "nonsense"), 1);
});
