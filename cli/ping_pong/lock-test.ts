import type { ProgramIo } from "../io.ts";
import { checkFailure, describeConflict } from "./loop.ts";
import type { TestFile } from "./test-file.ts";

const WHOLE_FILE = { start: 0, length: 0 };

/** -l: locks the whole file until a key is pressed, or tells who has it locked (`cli.md` 7). */
export async function testWholeFileLock(file: TestFile, io: ProgramIo): Promise<void> {
  const { start, length } = WHOLE_FILE;
  if (file.tryLockRange(start, length)) {
    io.stdout("Holding lock, press any key to continue...\n");
    io.stdout("You should run the same command on another node now.\n");
    await firstInput(io);
    io.stdout("Good bye.\n");
    return;
  }
  io.stdout("file already locked, calling check_lock to tell us who has it locked:\n");
  const found = file.conflict(start, length);
  if (found === null) io.stdout(checkFailure(file));
  else if (found !== undefined) io.stdout(describeConflict(found));
  io.stdout("Working POSIX byte range locks\n");
}

async function firstInput(io: ProgramIo): Promise<void> {
  const reader = io.stdin.getReader();
  await reader.read();
  reader.releaseLock();
}
