/**
 * `ping_pong`: measures how fast a cluster file system passes record locks between nodes, and
 * shows whether data that is written under a lock is seen by the next holder (`cli.md` 7).
 *
 * Beyond the C tool: `--report[=SECONDS]` ends by itself and prints percentiles of the rate and a
 * verdict; `--instances=N` tells it how many instances to expect. Status 1 if data was incoherent.
 *
 * @module
 */
import { errnoText } from "../lib/base/mod.ts";
import type { ProgramIo } from "./io.ts";
import { testWholeFileLock } from "./ping_pong/lock-test.ts";
import { type LoopObserver, runLoop } from "./ping_pong/loop.ts";
import {
  parsePingPongOptions,
  type PingPongOptions,
  type ReportOptions,
} from "./ping_pong/options.ts";
import { CoherenceJudge, RateSamples, writeReport } from "./ping_pong/report.ts";
import { TestFile } from "./ping_pong/test-file.ts";

/** Runs the program. Without `--report` the loop ends only if it cannot go on. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const options = parsePingPongOptions(args, io);
  if (options === undefined) return 1;
  const file = new TestFile(options.path);
  if (!file.isOpen) return 1;
  try {
    if (options.lockOnly) {
      await testWholeFileLock(file, io);
      return 0;
    }
    if (!prepare(file, options, io)) return 0;
    return options.report === undefined
      ? pingPong(file, options, io)
      : pingPongWithReport(file, options, options.report, io);
  } finally {
    file.close();
  }
}

function prepare(file: TestFile, options: PingPongOptions, io: ProgramIo): boolean {
  const length = options.lockCount + 1;
  if (!file.truncate(length)) {
    io.stdout(`ftruncate failed: ${errnoText(file.errno)}\n`);
    return false;
  }
  if (options.mapped && !file.map(length)) {
    io.stdout(`mmap failed: ${errnoText(file.errno)}\n`);
    return false;
  }
  return true;
}

function pingPong(file: TestFile, options: PingPongOptions, io: ProgramIo): number {
  const ignore = () => {};
  const print = (text: string) => io.stdout(text);
  runLoop(file, options, { print, onInterval: ignore, onIncrement: ignore });
  return 0;
}

function pingPongWithReport(
  file: TestFile,
  options: PingPongOptions,
  report: ReportOptions,
  io: ProgramIo,
): number {
  const rates = new RateSamples();
  const judge = new CoherenceJudge(options.lockCount);
  let complaint: string | undefined;
  const observer: LoopObserver = {
    print: (text) => {
      io.stdout(text);
      if (text.includes("failed")) complaint ??= text.trimEnd();
    },
    onInterval: (locks, elapsed_ms) => rates.add(locks, elapsed_ms),
    onIncrement: (increment) => judge.add(increment),
  };
  const end = runLoop(file, options, observer, performance.now() + report.duration_s * 1000);
  if (end === "lock not exclusive") complaint = `NOT EXCLUSIVE: ${complaint ?? ""}`;
  const { text, coherent } = writeReport(report, rates, complaint, judge.verdict(report.instances));
  io.stdout(text);
  return coherent ? 0 : 1;
}
