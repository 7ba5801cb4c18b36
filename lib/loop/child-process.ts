import {
  cString,
  CtdbError,
  Errno,
  errno,
  errnoText,
  libcFunctions,
  messageOf,
} from "../base/mod.ts";
import type { EventLoop } from "./event-loop.ts";
import { libc } from "./libc.ts";
import { LoopSocket } from "./socket.ts";
import {
  destroyAttributes,
  environmentVector,
  spawnAttributes,
  stringVector,
} from "./spawn-request.ts";

/** A helper process could not be started. */
export class SpawnError extends CtdbError {}

/** What a helper process tells. Each call comes in a turn of its own. */
export interface HelperEvents {
  /** The first `end` bytes of `slab` came from its standard output; valid during the call only. */
  data(slab: Uint8Array, end: number): void;
  /** It has ended and is reaped. Comes once, also after {@link Helper.kill}. */
  ended(reason: string): void;
}

/** A running helper process, which we talk to through its standard input and output. */
export interface Helper {
  readonly pid: number;
  /** Queues bytes for its standard input; dropped when it has ended. */
  write(bytes: Uint8Array): void;
  /** SIGKILL. */
  kill(): void;
}

/**
 * Starts `command` (a program by its path, and its words) with our environment, as the leader of a
 * session, its standard error ours.
 *
 * @throws {SpawnError} it cannot be started
 */
export type SpawnHelper = (command: readonly string[], events: HelperEvents) => Helper;

const spawnLibc = libcFunctions({
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addclosefrom_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    optional: true,
  },
  getpriority: { parameters: ["i32", "i32"], result: "i32" },
  setpriority: { parameters: ["i32", "i32", "i32"], result: "i32" },
});

/** glibc's are 80 bytes, musl's no larger. */
const FILE_ACTIONS_SIZE = 256;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000n;
const PRIO_PROCESS = 0;
const THIS_THREAD = 0;
/**
 * What helpers are behind the core, if that has no realtime priority. Not more: others wait for what
 * they lock.
 */
const HELPER_NICENESS = 1;
const SIGKILL = 9;
const WNOHANG = 1;
/** A process whose output has ended is gone within this, or is asked again. */
const REAP_RETRY_MS = 5;

/** Starts helpers on the core's loop: no process of it goes by way of Deno's. */
export function nativeSpawner(loop: EventLoop): SpawnHelper {
  return (command, events) => {
    const [ours, theirs] = socketPair();
    try {
      const pid = spawnWith(command, theirs);
      return new NativeHelper(loop, pid, ours, events);
    } catch (error) {
      libc().close(ours);
      throw error;
    } finally {
      libc().close(theirs);
    }
  };
}

function socketPair(): [ours: number, theirs: number] {
  const ends = new Int32Array(2);
  if (libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) !== 0) {
    throw new SpawnError(`start helper: socket pair: ${errnoText(errno())}`);
  }
  libc().fcntl(ends[0]!, F_SETFL, O_NONBLOCK);
  return [ends[0]!, ends[1]!];
}

/** Starts a program whose standard input and output are `fd`. */
function spawnWith(command: readonly string[], fd: number): number {
  const [program] = command;
  if (program === undefined) throw new SpawnError("start helper: empty command");
  const c = spawnLibc();
  const actions = new Uint8Array(FILE_ACTIONS_SIZE);
  c.posix_spawn_file_actions_init(actions);
  c.posix_spawn_file_actions_adddup2(actions, fd, 0);
  c.posix_spawn_file_actions_adddup2(actions, fd, 1);
  // A library that forgot close-on-exec must not hand its files on.
  c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
  const attributes = spawnAttributes();
  const argv = stringVector(command);
  const env = environmentVector(Deno.env.toObject());
  const pid = new Int32Array(1);
  const error = c.posix_spawn(
    pid,
    cString(program),
    actions,
    attributes,
    argv.pointers,
    env.pointers,
  );
  c.posix_spawn_file_actions_destroy(actions);
  destroyAttributes(attributes);
  argv.release();
  env.release();
  if (error !== 0) throw new SpawnError(`start helper: ${program}: ${errnoText(error)}`);
  // Refused only when it has ended already.
  const niceness = c.getpriority(PRIO_PROCESS, THIS_THREAD) + HELPER_NICENESS;
  c.setpriority(PRIO_PROCESS, pid[0]!, niceness);
  return pid[0]!;
}

class NativeHelper implements Helper {
  readonly pid: number;
  readonly #loop: EventLoop;
  readonly #socket: LoopSocket;
  readonly #events: HelperEvents;
  #trouble = "";
  #ended = false;

  constructor(loop: EventLoop, pid: number, fd: number, events: HelperEvents) {
    this.pid = pid;
    this.#loop = loop;
    this.#events = events;
    this.#socket = new LoopSocket(loop, fd, false);
    this.#socket.start({
      data: (slab, end) => this.#data(slab, end),
      ended: () => this.#reap(),
    });
  }

  write(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  kill(): void {
    if (!this.#ended) libc().kill(this.pid, SIGKILL);
  }

  /** Whoever cannot take what it says has a helper that is of no use; the error is not lost. */
  #data(slab: Uint8Array, end: number): void {
    try {
      this.#events.data(slab, end);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      this.#trouble = `${messageOf(error)}, `;
      this.kill();
    }
  }

  /** Its output has ended. Should it live on, it is of no use any more. */
  #reap(): void {
    const status = new Int32Array(1);
    const pid = libc().waitpid(this.pid, status, WNOHANG);
    if (pid === 0 || (pid < 0 && errno() === Errno.EINTR)) {
      this.kill();
      this.#loop.setTimer(REAP_RETRY_MS, () => this.#reap());
      return;
    }
    this.#ended = true;
    const how = pid < 0 ? "status unknown" : describeStatus(status[0]!);
    this.#events.ended(`helper process ${this.pid} ended, ${this.#trouble}${how}`);
  }
}

/** What `waitpid` said, in words. */
function describeStatus(status: number): string {
  const signal = status & 0x7f;
  return signal === 0 ? `status ${(status >> 8) & 0xff}` : `signal ${signal}`;
}
