import { joinBytes, messageOf, signalChild, spawnCommand } from "../base/mod.ts";
import { MAX_CONFIG_FILE_BYTES } from "../limits/mod.ts";
import { ConfigError } from "./errors.ts";
import { type StatFile, statFile } from "./file-facts.ts";

/** What a configuration command came to. */
export interface CommandResult {
  readonly success: boolean;
  readonly stdout: Uint8Array;
}

/** What reading the configuration needs of the machine. A simulated node hands in its own. */
export interface ConfigIo {
  readonly stat: StatFile;
  /** The bytes of a file; undefined when there is none. Throws {@link ConfigError} with a code. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Names in a directory, in no order; none when it does not exist. */
  listDir(path: string): Promise<string[]>;
  /** What the kernel calls the interface with this name or alternative name; undefined: no such. */
  interfaceName(name: string): Promise<string | undefined>;
  /** Runs a program to its end. Throws {@link ConfigError} when it cannot be run or takes too long. */
  run(program: string, args: readonly string[]): Promise<CommandResult>;
}

const commandTimeout_ms = 60_000;

/** The machine itself. */
export const systemConfigIo: ConfigIo = {
  stat: statFile,
  readFile,
  listDir,
  interfaceName,
  run: (program, args) => run(program, args, "inherit"),
};

async function readFile(path: string): Promise<Uint8Array | undefined> {
  try {
    using file = await Deno.open(path);
    return await readBounded(file.readable.getReader(), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw asConfigError("read", path, error);
  }
}

async function listDir(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw asConfigError("list directory", path, error);
  }
}

/** The kernel lists alternative names nowhere but over netlink, so it is `ip` that finds them. */
async function interfaceName(name: string): Promise<string | undefined> {
  if (name.includes("/") || name.startsWith("-")) return undefined;
  if (statFile(`/sys/class/net/${name}`) !== undefined) return name;
  try {
    const { success, stdout } = await run("ip", ["-o", "link", "show", "dev", name], "null");
    const shown = new TextDecoder().decode(stdout);
    return success ? /^\d+: ([^@: ]+)[@:]/.exec(shown)?.[1] : undefined;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

async function run(
  program: string,
  args: readonly string[],
  stderr: "inherit" | "null",
): Promise<CommandResult> {
  const child = spawn(program, args, stderr);
  const reader = child.stdout.getReader();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    signalChild(child, "SIGKILL");
    // A grandchild may hold the other end open.
    void reader.cancel();
  }, commandTimeout_ms);
  try {
    const stdout = await readBounded(reader, program);
    const { success } = await child.status;
    if (timedOut) throw new ConfigError(`run for more than ${commandTimeout_ms} ms: ${program}`);
    return { success, stdout };
  } finally {
    clearTimeout(timer);
    signalChild(child, "SIGKILL");
    await child.status;
  }
}

function spawn(
  program: string,
  args: readonly string[],
  stderr: "inherit" | "null",
): Deno.ChildProcess {
  try {
    return spawnCommand([program, ...args], { stdout: "piped", stderr });
  } catch (error) {
    throw asConfigError("run", program, error);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readBounded(reader: Reader, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_CONFIG_FILE_BYTES) {
      await reader.cancel();
      throw new ConfigError(`read more than ${MAX_CONFIG_FILE_BYTES} bytes: ${name}`, {
        file: name,
      });
    }
    parts.push(value);
  }
  return joinBytes(parts);
}

function asConfigError(action: string, path: string, cause: unknown): ConfigError {
  if (cause instanceof ConfigError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  const place = code === undefined ? { file: path, cause } : { file: path, cause, code };
  return new ConfigError(`${action}: ${path}: ${messageOf(cause)}`, place);
}
