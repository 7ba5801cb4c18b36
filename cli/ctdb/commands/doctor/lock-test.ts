import { signalChild } from "../../../../lib/base/mod.ts";
import { captureChild } from "../../../child.ts";
import type { ProgramIo } from "../../../io.ts";
import { TestFile } from "../../../ping_pong/test-file.ts";
import { type LockTestResult, withinLimit } from "../../../../lib/survey/mod.ts";

/** One more byte than there are processes, as the manual of `ping_pong` asks for. */
const LOCKS = "3";
const PROCESSES = 2;
/** A file system that takes longer than this for a second of locking hangs. */
const PATIENCE_MS = 20_000;
const REMOVAL_PATIENCE_MS = 2000;

/**
 * Lets two processes pass locks on a file in `directory` to each other for a second, and look whether
 * each sees what the other wrote, as `ping_pong -rwc` does. The file is removed afterwards.
 *
 * @param command starts our `ping_pong`
 */
export async function testLocks(
  io: ProgramIo,
  command: readonly string[],
  directory: string,
  signal: AbortSignal,
): Promise<LockTestResult> {
  const file = `${directory}/.ctdb-doctor.${Deno.hostname()}.${Deno.pid}`;
  const words = [...command, "--report=1", "-rwc", file, LOCKS];
  const running = new Set<Deno.ChildProcess>();
  const stop = () => running.forEach((child) => signalChild(child, "SIGKILL"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    const started = Array.from({ length: PROCESSES }, () => run(io, words, running));
    // A process that waits for a file system that hangs cannot be killed: it is not waited for.
    const runs = await withinLimit(Promise.all(started), PATIENCE_MS);
    signal.throwIfAborted();
    if (runs !== undefined) return judge(runs);
    stop();
    return { outcome: "incoherent", text: `a lock was not granted in ${PATIENCE_MS / 1000} s` };
  } finally {
    signal.removeEventListener("abort", stop);
    await withinLimit(Deno.remove(file).catch(() => {}), REMOVAL_PATIENCE_MS);
  }
}

interface Run {
  readonly status: number;
  readonly text: string;
}

async function run(
  io: ProgramIo,
  words: readonly string[],
  running: Set<Deno.ChildProcess>,
): Promise<Run> {
  let started: Deno.ChildProcess | undefined;
  const { status, output } = await captureChild(io, words, {
    quiet: true,
    onProcess: (child) => {
      if (child !== undefined) running.add(started = child);
      else if (started !== undefined) running.delete(started);
    },
  });
  return { status, text: new TextDecoder().decode(output) };
}

/** What two reports of `ping_pong` say together. */
export function judge(runs: readonly Run[]): LockTestResult {
  const reports = runs.map(({ text }) => /^Report\n([^]*)/m.exec(text)?.[1]?.trimEnd());
  const bad = reports.filter((report, i) => report !== undefined && runs[i]!.status !== 0);
  if (bad.length > 0) return { outcome: "incoherent", text: bad.join("\n") };
  if (reports.includes(undefined)) {
    const statuses = runs.map(({ status }) => status).join(" and ");
    const said = runs.map(({ text }) => text.trim()).filter((text) => text !== "");
    return { outcome: "failed", text: [`ping_pong ended with ${statuses}`, ...said].join("\n") };
  }
  return { outcome: "passed", text: reports.join("\n") };
}

/**
 * Whether somebody else has the byte of a lock file locked that the holder of the cluster lock has;
 * `undefined` when that cannot be asked.
 */
export function isSeenLocked(path: string): boolean | undefined {
  const file = new TestFile(path);
  if (!file.isOpen) return undefined;
  try {
    const found = file.conflict(0, 1);
    return found === null ? undefined : found !== undefined;
  } finally {
    file.close();
  }
}
