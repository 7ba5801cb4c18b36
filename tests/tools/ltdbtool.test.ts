import assert from "node:assert/strict";
import fc from "fast-check";
import { main } from "../../cli/ltdbtool.ts";
import { openTdb } from "../../lib/tdb/mod.ts";
import { clustered, LtdbtoolWorld } from "../support/captured/ltdbtool.ts";
import { expectation, loadCliVectors } from "../support/cli-vectors.ts";
import { runProgram } from "../../testing/process/program-io.ts";
import { runCommandSync, succeeds } from "../../testing/process/command.ts";

const program = "ltdbtool";
const encoder = new TextEncoder();
async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "ltdbtool-" });
  try {
    await body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

// The runs depend on files of earlier ones: they are steps of one test.
Deno.test("captured runs", async (test) => {
  await using world = await LtdbtoolWorld.create();
  for (const vector of loadCliVectors("ltdbtool-pingpong")) {
    const run = world.prepare(vector);
    if (run === undefined) continue;
    await test.step(vector.argv.join(" "), async () => {
      const result = await runProgram(main, run.args, { program });
      assert.match(result.stdout, expectation(vector.stdout, run.places));
      assert.match(result.stderr, expectation(vector.stderr, run.places));
      assert.equal(result.exit, vector.exit);
    });
  }
});

/** All records, as text that can be compared. */
function recordsOf(path: string): Map<string, string> {
  const tdb = openTdb(path, { openFlags: 0 });
  const records = new Map<string, string>();
  tdb.traverseRead((key, value) => void records.set(key.toHex(), value.toHex()));
  tdb.close();
  return records;
}

async function convert(...args: string[]): Promise<void> {
  const result = await runProgram(main, args, { program });
  assert.deepEqual(result, { stdout: "", stderr: "", exit: 0 });
}

Deno.test("any records survive the way to a 32-bit header and back", async () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const record = fc.tuple(bytes, fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(0xffff_ffff), bytes);
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 20 }),
      (records) =>
        withDirectory(async (work) => {
          const tdb = openTdb(`${work}/a.tdb`, {});
          for (const [key, rsn, dmaster, data] of records) {
            tdb.store(key, clustered(rsn, dmaster, data));
          }
          tdb.close();
          await convert("-e", "-o", "32", "convert", `${work}/a.tdb`, `${work}/b.tdb`);
          await convert("-e", "-s", "32", "convert", `${work}/b.tdb`, `${work}/c.tdb`);
          assert.deepEqual(recordsOf(`${work}/c.tdb`), recordsOf(`${work}/a.tdb`));
          for (const [key, value] of recordsOf(`${work}/b.tdb`)) {
            const original = recordsOf(`${work}/a.tdb`).get(key) ?? "";
            assert.equal(value, original.slice(0, 40) + original.slice(48));
          }
        }),
    ),
    { numRuns: 15 },
  );
});

/** Lets Samba's own tool make databases in `directory`; false if it is not installed. */
function letSambaWrite(directory: string): boolean {
  const kinds = ["private", "state", "lock", "cache", "pid"].map((kind) =>
    `${kind} ${kind === "private" ? "dir" : "directory"} = ${directory}`
  );
  const conf = ["[global]", ...kinds, `ncalrpc dir = ${directory}`, "netbios name = T"];
  Deno.writeTextFileSync(`${directory}/smb.conf`, conf.join("\n") + "\n");
  return succeeds(["net", "-s", `${directory}/smb.conf`, "getlocalsid"]);
}

function hasSamba(): boolean {
  const directory = Deno.makeTempDirSync({ prefix: "ltdbtool-probe-" });
  const written = letSambaWrite(directory);
  Deno.removeSync(directory, { recursive: true });
  return written;
}

Deno.test({
  name: "a database that Samba wrote: into a clustered one and back, nothing changed",
  ignore: !hasSamba(),
  fn: () =>
    withDirectory(async (work) => {
      assert.equal(letSambaWrite(work), true);
      const original = recordsOf(`${work}/secrets.tdb`);
      assert.ok(original.size > 0);
      const [clusteredPath, back] = [`${work}/clustered.tdb`, `${work}/back.tdb`];
      await convert("-e", "-s", "0", "convert", `${work}/secrets.tdb`, clusteredPath);
      const header = clustered(0n, 0xffff_ffff, "").toHex();
      for (const [key, value] of recordsOf(clusteredPath)) {
        assert.equal(value, header + original.get(key));
      }
      await convert("-e", "-o", "0", "convert", clusteredPath, back);
      assert.deepEqual(recordsOf(back), original);
      assert.equal((Deno.statSync(back).mode ?? 0) & 0o777, 0o600);
    }),
});

const cProgram = "/usr/bin/ltdbtool";
const hasCProgram = (() => {
  try {
    return Deno.statSync(cProgram).isFile;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "odd headers, sizes and escapes: the same output as the C tool, the same files",
  ignore: !hasCProgram,
  fn: () =>
    withDirectory(async (work) => {
      const path = `${work}/odd.tdb`;
      const tdb = openTdb(path, {});
      const store = (key: string, value: Uint8Array) => tdb.store(encoder.encode(key), value);
      store("k", Uint8Array.from({ length: 25 }, (_, at) => at * 11));
      store("e", new Uint8Array(24));
      store("", clustered(3n, 2, '"\\~\x7f\x80 z'));
      tdb.close();
      const sizes = [["-s", "32"], ["-s0"], ["-S", "10"], ["-S", "22"], ["-S", "-1"], ["-S", "x"]];
      for (const size of [[], ...sizes]) {
        for (const more of [[], ["-e"], ["-p"], ["-o", "32"], ["-O", "7"], ["-O", "-1"]]) {
          await compare([...size, ...more, "dump", path]);
          await compare([...size, ...more, "convert", path, `${work}/out.tdb`]);
        }
      }
    }),
});

async function compare(args: readonly string[]): Promise<void> {
  const output = args.at(-1) ?? "";
  const theirs = runCommandSync([cProgram, ...args]);
  const theirFile = takeFile(args, output);
  const ours = await runProgram(main, [...args], { program: "ltdbtool" });
  assert.deepEqual(ours, theirs, args.join(" "));
  assert.equal(takeFile(args, output), theirFile, args.join(" "));
}

/** What a conversion wrote; the file is removed. */
function takeFile(args: readonly string[], path: string): string {
  if (!args.includes("convert")) return "";
  const bytes = Deno.readFileSync(path);
  Deno.removeSync(path);
  return bytes.toHex();
}
