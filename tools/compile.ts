/**
 * `deno task compile [--output FILE]`: one file with everything in it.
 *
 * `deno compile` needs a base binary from the network (or in `DENORT_BIN`). Where it cannot have it,
 * a self-extracting executable of this runtime and the bundled program is made, which behaves the
 * same: called the first time it unpacks itself, afterwards it only starts what is there.
 *
 * @module
 */
import { resolve } from "node:path";
import { RUNTIME_FLAGS } from "../lib/base/mod.ts";
import { bundle, bundlePage } from "./bundle.ts";
import { complain, ROOT, say } from "./console.ts";
import { ALL_PROGRAMS, INSTALLED_FLAGS } from "./programs.ts";
import { capture } from "./run.ts";
import { runTask } from "./task.ts";

/** The base binary is a download of some 40 MB. */
const COMPILE_TIMEOUT_MS = 120_000;

/** Runs `deno compile`; false when it has no base binary. */
async function denoCompile(output: string): Promise<boolean> {
  // Deno refuses to write over what it has not made itself.
  const fresh = `${output}.new`;
  await bundlePage(`${ROOT}build/page`);
  const { success, output: text } = await capture([
    Deno.execPath(),
    "compile",
    "--quiet",
    "--no-check",
    ...RUNTIME_FLAGS,
    "--include",
    `${ROOT}build/page`,
    "--output",
    fresh,
    `${ROOT}main.ts`,
  ], { cwd: ROOT, timeout_ms: COMPILE_TIMEOUT_MS, env: { NO_COLOR: "1" } });
  if (success) {
    await Deno.rename(fresh, output);
  } else {
    complain(`deno compile is not possible here: ${reasonOf(text)}`);
    complain("Making a self-extracting executable instead");
  }
  return success;
}

/** What Deno gives as the cause of the cause, if it does: the first says only what it did. */
function reasonOf(text: string): string {
  const causes = [...text.matchAll(/^\s+\d+: (.*)$/gm)].map((match) => match[1]!);
  return causes[1] ?? text.trim().split("\n")[0]!;
}

/** Puts runtime and bundle behind a launcher into one executable file. */
export async function selfExtracting(output: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "ctdb-compile-" });
  try {
    await bundle(`${work}/tree/app`);
    await Deno.mkdir(`${work}/tree/bin`);
    await Deno.copyFile(Deno.execPath(), `${work}/tree/bin/ctdbd`);
    for (const name of ALL_PROGRAMS) {
      if (name !== "ctdbd") await Deno.link(`${work}/tree/bin/ctdbd`, `${work}/tree/bin/${name}`);
    }
    const archive = `${work}/tree.tar.gz`;
    const made = await capture(["tar", "-C", `${work}/tree`, "-czf", archive, "bin", "app"]);
    if (!made.success) throw new Error(`Pack runtime and program: ${made.output}`);
    const payload = await Deno.readFile(archive);
    const id = await digest(payload);
    const head = new TextEncoder().encode(launcher(id));
    await writeExecutable(output, [head, payload]);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function writeExecutable(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true });
  // A program that runs cannot be written to, but replaced.
  const fresh = `${path}.new`;
  await Deno.writeFile(fresh, ReadableStream.from(parts), { mode: 0o755 });
  await Deno.rename(fresh, path);
}

/** The shell script in front of the payload; its own length is in it, in a fixed width. */
function launcher(id: string): string {
  const text = (size: string) =>
    `#!/bin/sh
# ctdb-deno, one file: unpacks itself once, then starts the program it was called as.
# Called as ctdbd its first word may name another program. GPL-3.0-or-later.
id=${id}
if [ -n "$CTDB_UNPACK_DIR" ]; then base=$CTDB_UNPACK_DIR
elif [ "$(id -u)" = 0 ]; then base=/var/lib/ctdb-deno
else base=\${XDG_CACHE_HOME:-\${HOME:?no home to unpack to}/.cache}/ctdb-deno; fi
dir=$base/$id
if [ ! -d "$dir" ]; then
  umask 022
  mkdir -p "$base" && new=$(mktemp -d "$base/new.XXXXXX") || exit 1
  tail -c +${size} "$0" | tar -xzf - -C "$new" || { rm -rf "$new"; exit 1; }
  chmod 755 "$new"
  mv -T "$new" "$dir" 2>/dev/null || rm -rf "$new"
fi
name=\${0##*/}
[ -x "$dir/bin/$name" ] || name=ctdbd
export CTDB_PROGRAM="$name"
[ "$PWD" -ef . ] || cd /
exec "$dir/bin/$name" ${INSTALLED_FLAGS.join(" ")} "$dir/app/$name/main.js" "$@"
exit 1
`;
  const length = new TextEncoder().encode(text("0000000")).length;
  return text(String(length + 1).padStart(7, "0"));
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (import.meta.main) {
  await runTask({
    name: "compile",
    about: "Builds one file with everything in it.",
    options: {
      output: { type: "string", value: "FILE", default: "dist/ctdbd", help: "where to put it" },
      "self-extracting": {
        type: "boolean",
        help: "pack this runtime; what is done anyway where deno compile has no base binary",
      },
    },
  }, async (values) => {
    const output = resolve(values.output);
    if (values["self-extracting"] || !await denoCompile(output)) await selfExtracting(output);
    say(`Made ${output}: ${(await Deno.stat(output)).size} bytes`);
    return 0;
  });
}
