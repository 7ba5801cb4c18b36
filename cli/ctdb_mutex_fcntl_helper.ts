/**
 * `ctdb_mutex_fcntl_helper`: the default cluster lock, a record lock on a file of the cluster
 * file system (`cluster.md` 6.6 and 6.7). Excludes, and is excluded by, the C helper.
 *
 * @module
 */
import { errnoText, systemClock } from "../lib/base/mod.ts";
import {
  FileWatch,
  type FileWatchTiming,
  LockFile,
  type Loss,
  parentCheck,
  ParentWatch,
  SystemCallError,
} from "../lib/cluster-lock/mod.ts";
import type { ProgramIo } from "./io.ts";
import { HelperStatus } from "./lock-helper/status.ts";
import { parseU64 } from "./numbers.ts";

const NAME = "ctdb_mutex_fcntl_helper";
const DEFAULT_RECHECK_S = 5;
const DEFAULT_PING_TIMEOUT_S = 0;

/** Runs the program; ends when the lock is lost or the parent is gone. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const settings = parseArguments(args);
  if (settings === undefined) {
    io.stderr(`Usage: ${NAME} <file> [recheck_interval [ping_timeout]]\n`);
    return 1;
  }
  const parentIsGone = parentCheck();
  const file = take(settings.path, io);
  if (file === undefined) return 0;
  const loss = await hold(file, settings, parentIsGone);
  io.stderr(loss.kind === "lost" ? `${NAME}: ${loss.message}\n` : `${loss.message}\n`);
  // The daemon first: it must know before another node can have the lock. And explicitly, as a
  // thread that hangs in the file system would keep the descriptors of a process that has ended.
  io.closeStdout();
  file.close();
  return 0;
}

function parseArguments(args: readonly string[]): FileWatchTiming & { path: string } | undefined {
  const [path, recheck, pingTimeout] = args;
  if (path === undefined || args.length > 3) return undefined;
  const recheck_s = recheck === undefined ? DEFAULT_RECHECK_S : seconds(recheck);
  const ping_s = pingTimeout === undefined ? DEFAULT_PING_TIMEOUT_S : seconds(pingTimeout);
  if (recheck_s === undefined || ping_s === undefined) return undefined;
  return { path, recheck_ms: recheck_s * 1000, pingTimeout_ms: ping_s * 1000 };
}

function seconds(text: string): number | undefined {
  const value = parseU64(text);
  return value === undefined ? undefined : Number(value);
}

/** Takes the lock and tells the daemon how that went. */
function take(path: string, io: ProgramIo): LockFile | undefined {
  let file: LockFile | undefined;
  try {
    file = LockFile.open(path);
    if (file.tryTake()) {
      io.stdout(HelperStatus.taken);
      return file;
    }
    io.stdout(HelperStatus.contended);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    const what = file === undefined ? `Unable to open ${path}` : `Unable to lock ${path}`;
    io.stderr(`${NAME}: ${what} - (${errnoText(error.errno)})\n`);
    io.stdout(HelperStatus.failed);
  }
  file?.close();
  return undefined;
}

async function hold(
  file: LockFile,
  timing: FileWatchTiming,
  parentIsGone: () => boolean,
): Promise<Loss> {
  const parent = new ParentWatch(systemClock, parentIsGone);
  const watch = new FileWatch(systemClock, timing, () => file.check());
  try {
    return await Promise.race([parent.lost, watch.lost]);
  } finally {
    parent.stop();
    watch.stop();
  }
}
