/** `ctdb openfiles`, `brlocks` and `sessions` beside `smbstatus`, on files that clients hold open. */
import assert from "node:assert/strict";
import { sambaCluster } from "./support/samba-cluster.ts";

const holder = new URL("./support/hold-files.py", import.meta.url).pathname;

/** What each tool says at the same time, behind a line with its name. */
const WORK = `
lab() { bash "$script" "$@"; }
net=\${NET:-10.0.0}
lab client /usr/bin/python3 "$1" "$BASE/client/smb.conf" tester%pw-0ne "\${script%/*}" "$BASE/stop" \
  $net.11 $net.12 $net.13 >"$BASE/holder.log" 2>&1 &
for i in $(seq 600); do
  grep -q READY "$BASE/holder.log" && break
  kill -0 $! || break
  sleep 0.1
done
cat "$BASE/holder.log"
say() { echo "@@@ $1"; shift; "$@"; echo; }
say openfiles lab on 2 ctdb --json openfiles
say node1 lab on 0 ctdb --json openfiles --node 1
say one lab on 0 ctdb --json openfiles '--file=of-dir/shared file.txt'
say text lab on 0 ctdb openfiles
say brlocks lab on 0 ctdb --json brlocks
say sessions lab on 1 ctdb --json sessions
say files lab on 0 smbstatus -L --numeric
say locks lab on 0 smbstatus -B --numeric -L
say shares lab on 0 smbstatus -S --numeric
touch "$BASE/stop"
wait
`;

interface Handle {
  readonly node: number;
  readonly pid: number;
  readonly state: string;
  readonly uid: number;
  readonly deny_mode: string;
  readonly access_mask: string;
  readonly read_write: string;
  readonly oplock: string;
}

interface File {
  readonly share_path: string;
  readonly name: string;
  readonly file_id: string;
  readonly handles: readonly Handle[];
}

/**
 * smbstatus fetches each record that it shows, and so moves it to its own node: one that its traverse
 * then meets there is shown again (`samba.md` 7).
 */
function onceEach(lines: readonly string[]): string[] {
  return [...new Set(lines)].sort();
}

/**
 * The lines of `smbstatus -L`, as `pid uid deny access rw oplock path name`. 4.25 says behind the
 * oplock "yes" or "no", too.
 */
function smbstatusFiles(text: string): string[] {
  const row =
    /^(\d+:\d+) +(\d+) +(\w+) +0x([0-9a-f]+) +(\w+) +(\S+) +(?:(?:yes|no) +)?(\/\S*) {3}(.+?) {3}\w{3} \w{3} /gm;
  return onceEach([...text.matchAll(row)].map(([, ...cells]) => cells.join(" ")));
}

function ourFiles(files: readonly File[]): string[] {
  return files.flatMap(({ share_path, name, handles }) =>
    handles.map((handle) =>
      [
        `${handle.node}:${handle.pid}`,
        handle.uid,
        handle.deny_mode,
        Number(handle.access_mask).toString(16),
        handle.read_write,
        handle.oplock,
        share_path,
        name,
      ].join(" ")
    )
  ).sort();
}

Deno.test({
  name: "open files, byte locks and connections are those that smbstatus shows (needs root, Samba)",
  ignore: !sambaCluster.available(),
  async fn(t) {
    const { output, exit } = await sambaCluster.run(WORK, holder);
    const parts = new Map(
      output.split(/^@@@ /m).map((part) => {
        const [name, ...lines] = part.split("\n");
        return [name!, lines.join("\n")] as const;
      }),
    );
    const part = (name: string) => parts.get(name) ?? assert.fail(output);
    assert.match(output, /^READY$/m);
    const { files, not_understood } = JSON.parse(part("openfiles"));

    await t.step("open files", () => {
      assert.deepEqual(not_understood, []);
      const ours = ourFiles(files);
      assert.ok(ours.length >= 14, output);
      assert.deepEqual(ours, smbstatusFiles(part("files")));
      const states = files.flatMap((file: File) => file.handles.map(({ state }) => state));
      assert.deepEqual([...new Set(states)], ["alive"]);
      assert.ok(ours.some((line) => line.includes(" BATCH ")), output);
    });
    await t.step("one node, one file", () => {
      const node1: readonly File[] = JSON.parse(part("node1")).files;
      const expected = ourFiles(files).filter((line) => line.startsWith("1:"));
      assert.ok(expected.length >= 3);
      assert.deepEqual(ourFiles(node1), expected);
      const one: readonly File[] = JSON.parse(part("one")).files;
      assert.deepEqual(one.map(({ name }) => name), ["of-dir/shared file.txt"]);
      assert.equal(one[0]!.handles.length, 3);
    });
    await t.step("what people read", () => {
      const handles = ourFiles(files).length;
      assert.match(part("text"), /shared file\.txt \(\d+:\d+:\d+\)\n {2}2:\d+ /);
      assert.ok(part("text").includes(`${files.length} files, ${handles} open handles\n`));
    });
    await t.step("byte locks", () => {
      const read = JSON.parse(part("brlocks"));
      assert.deepEqual(read.not_understood, []);
      const ours = read.files.flatMap(({ path, locks }: { path: string; locks: Lock[] }) =>
        locks.map(({ node, pid, type, start, size }) =>
          [`${node}:${pid}`, type[0], start, size, path].join(" ")
        )
      ).sort();
      assert.equal(ours.length, 2, output);
      assert.deepEqual(ours, smbstatusLocks(part("locks")));
    });
    await t.step("connections to shares", () => {
      const read = JSON.parse(part("sessions"));
      assert.deepEqual(read.not_understood, []);
      const ours = read.connections
        .map(({ share, node, pid }: Connection) => `${share} ${node}:${pid}`).sort();
      const theirs = [...part("shares").matchAll(/^(\w+) +(\d+:\d+) /gm)]
        .map(([, share, process]) => `${share} ${process}`).sort();
      assert.deepEqual(ours, theirs);
      assert.equal(read.sessions, theirs.length);
      assert.equal(read.byte_locks, 2);
      assert.equal(read.open_files, files.length);
    });
    assert.equal(exit, 0, output);
  },
});

interface Lock {
  readonly node: number;
  readonly pid: number;
  readonly type: string;
  readonly start: string;
  readonly size: string;
}

interface Connection {
  readonly share: string;
  readonly node: number;
  readonly pid: number;
}

/** The lines of `smbstatus -B`, as `pid type start size path`. */
function smbstatusLocks(text: string): string[] {
  const row = /^(\d+:\d+) +\S+ +([RW]) +(\d+) +(\d+) +(\S+) +(\S+) *$/gm;
  const lines = [...text.matchAll(row)].map(([, process, type, start, size, share, name]) =>
    [process, type, start, size, `${share}/${name}`].join(" ")
  );
  return onceEach(lines);
}
