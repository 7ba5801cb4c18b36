import { RUNTIME_FLAGS } from "../../base/mod.ts";

/**
 * The command line that starts another program of this installation as a child.
 *
 * Installed, each program is the runtime under its own name beside ours, so that it shows under that
 * name in `ps`, with a bundle of its own beside ours (`tools/bundle.ts`); from a source tree it is Deno with `main.ts` and the program as first word.
 */
export function selfCommand(program: string): readonly [command: string, ...args: string[]] {
  const own = Deno.execPath();
  if (Deno.build.standalone) return [own, program];
  const script = decodeURIComponent(new URL(Deno.mainModule).pathname);
  const named = `${own.slice(0, own.lastIndexOf("/") + 1)}${program}`;
  return isFile(named)
    ? [
      named,
      "run",
      ...RUNTIME_FLAGS,
      "--no-config",
      script.replace(/[^/]+(\/main\.js)$/, `${program}$1`),
    ]
    : [own, "run", ...RUNTIME_FLAGS, script, program];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
