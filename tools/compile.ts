/**
 * `deno task compile [--output FILE]`: one file with everything in it.
 *
 * `deno compile` needs a base binary from the network (or in `DENORT_BIN`). Where it cannot have it,
 * a self-extracting executable of this runtime and the bundled program is made, which behaves the
 * same: called the first time it unpacks itself, afterwards it only starts what is there.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { ALL_PROGRAMS, RUNTIME_FLAGS } from "./programs.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const COMPILE_TIMEOUT_MS = 60_000;

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Runs `deno compile`; false when it has no base binary. */
async function denoCompile(output: string): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "-A",
      "--unstable-net",
      "--unstable-ffi",
      "--output",
      output,
      `${ROOT}main.ts`,
    ],
    cwd: ROOT,
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(COMPILE_TIMEOUT_MS),
  }).output().catch((error) => ({
    success: false,
    stderr: new TextEncoder().encode(String(error)),
  }));
  if (!success) {
    const reason = new TextDecoder().decode(stderr).trim().split("\n")[0];
    say(`deno compile is not possible here: ${reason}`);
  }
  return success;
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
    await run("tar", ["-C", `${work}/tree`, "-czf", `${work}/tree.tar.gz`, "bin", "app"]);
    const payload = await Deno.readFile(`${work}/tree.tar.gz`);
    const id = await digest(payload);
    const head = new TextEncoder().encode(launcher(id));
    await Deno.mkdir(output.slice(0, output.lastIndexOf("/")) || ".", { recursive: true });
    await Deno.remove(output).catch(() => {});
    using file = await Deno.open(output, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o755,
    });
    for (const part of [head, payload]) {
      for (let rest = part; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
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
else base=\${XDG_CACHE_HOME:-$HOME/.cache}/ctdb-deno; fi
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
exec "$dir/bin/$name" ${RUNTIME_FLAGS.join(" ")} "$dir/app/main.js" "$@"
exit 1
`;
  const length = new TextEncoder().encode(text("0000000")).length;
  return text(String(length + 1).padStart(7, " "));
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function run(command: string, args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stdout: "null" }).output();
  if (!success) throw new Error(`Run ${command} ${args.join(" ")}: it failed`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      output: { type: "string", default: `${ROOT}dist/ctdbd` },
      "self-extracting": { type: "boolean", default: false },
    },
  });
  if (values["self-extracting"] || !await denoCompile(values.output)) {
    await selfExtracting(values.output);
  }
  say(`Made ${values.output}: ${(await Deno.stat(values.output)).size} bytes`);
}
