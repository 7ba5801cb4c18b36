import { cString } from "../base/mod.ts";
import {
  destroyAttributes,
  environmentVector,
  spawnAttributes,
  stringVector,
} from "../loop/mod.ts";
import { closeDescriptor, openPipe, scriptLibc } from "./libc.ts";

/** A program to start. */
export interface SpawnRequest {
  /** The file to execute, without a search of PATH and without a shell. */
  readonly path: string;
  /** All arguments, argv[0] first. */
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** The process, or why there is none. */
export type Spawned =
  | { readonly pid: number; readonly outputFd: number }
  | { readonly errno: number };

/** glibc's are 80 bytes, musl's no larger. */
const FILE_ACTIONS_SIZE = 256;
const O_RDONLY = 0;

/**
 * Starts a program as the leader of its own session and process group, with /dev/null as stdin and
 * one pipe as stdout and stderr. Runs off the event loop: an exec from a dead file system waits in
 * a thread of the pool.
 *
 * The caller owns `outputFd` and must reap the process.
 */
export async function spawn(request: SpawnRequest): Promise<Spawned> {
  const { readEnd, writeEnd } = openPipe();
  const actions = fileActions(writeEnd);
  const attributes = spawnAttributes();
  const pid = new Int32Array(1);
  const path = cString(request.path);
  const argv = stringVector(request.argv);
  const env = environmentVector(request.env);
  try {
    const errno = await scriptLibc()
      .posix_spawn(pid, path, actions, attributes, argv.pointers, env.pointers);
    if (errno === 0) return { pid: pid[0]!, outputFd: readEnd };
    closeDescriptor(readEnd);
    return { errno };
  } finally {
    closeDescriptor(writeEnd);
    scriptLibc().posix_spawn_file_actions_destroy(actions);
    destroyAttributes(attributes);
    // The pointers in these lead to memory that must outlive the call.
    argv.release();
    env.release();
  }
}

function fileActions(outputFd: number): Uint8Array<ArrayBuffer> {
  const c = scriptLibc();
  const actions = new Uint8Array(FILE_ACTIONS_SIZE);
  c.posix_spawn_file_actions_init(actions);
  c.posix_spawn_file_actions_addopen(actions, 0, cString("/dev/null"), O_RDONLY, 0);
  c.posix_spawn_file_actions_adddup2(actions, outputFd, 1);
  c.posix_spawn_file_actions_adddup2(actions, outputFd, 2);
  // A library that forgot close-on-exec must not hand its files to a daemon that a script starts.
  c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
  return actions;
}
