import { captureChild } from "../child.ts";
import type { ProgramIo } from "../io.ts";
import { OnnodeError } from "./errors.ts";

/** The program that runs a command on another node: `ssh`, or what ONNODE_SSH says. */
export interface RemoteShell {
  /** Environment of the commands: what onnode.conf exported. */
  readonly env: Readonly<Record<string, string>>;
  /** The local command that runs `line` at `address`. */
  command(address: string, line: string, keepStdin: boolean): string[];
}

/** From the environment, or from onnode.conf in `base`, which wins if it can be read. */
export async function findRemoteShell(io: ProgramIo, base: string): Promise<RemoteShell> {
  const conf = `${base}/onnode.conf`;
  if (!isReadable(conf)) return plainShell(io);
  const { words, env } = await source(conf, io);
  return remoteShell(words, env);
}

/** From the environment alone. */
export function plainShell(io: ProgramIo): RemoteShell {
  return remoteShell(io.env["ONNODE_SSH"] ?? "", {});
}

function remoteShell(words: string, env: Record<string, string>): RemoteShell {
  const shell = words.split(/[ \t\n]+/).filter((word) => word !== "");
  if (shell.length === 0) shell.push("ssh");
  return {
    env,
    command: (address, line, keepStdin) =>
      keepStdin ? [...shell, address, line] : [...shell, "-n", address, line],
  };
}

/**
 * The file is a shell script: a shell reads it and tells what became of ONNODE_SSH and of the
 * exported variables, after whatever the script itself printed.
 */
async function source(path: string, io: ProgramIo) {
  const script = '. "$1" && printf "\\0%s\\0" "$ONNODE_SSH" && env -0';
  const command = [shellPath(), "-c", script, io.program, path];
  const { status, output } = await captureChild(io, command);
  const [printed = "", words, ...variables] = new TextDecoder().decode(output).split("\0");
  io.stdout(printed);
  if (words === undefined) throw new OnnodeError("", status === 0 ? 1 : status);
  const env: Record<string, string> = {};
  for (const variable of variables) {
    const equals = variable.indexOf("=");
    if (equals > 0) env[variable.slice(0, equals)] = variable.slice(equals + 1);
  }
  return { words, env };
}

/** Files written for the C onnode, a bash script, may use bash's own syntax. */
function shellPath(): string {
  return isReadable("/bin/bash") ? "/bin/bash" : "/bin/sh";
}

function isReadable(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true });
    return file.statSync().isFile;
  } catch {
    return false;
  }
}
