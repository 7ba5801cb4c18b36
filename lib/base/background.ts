import { libcFunctions } from "./libc.ts";

const libc = libcFunctions({
  sched_getscheduler: { parameters: ["i32"], result: "i32" },
  sched_setscheduler: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  getpriority: { parameters: ["i32", "i32"], result: "i32" },
  sched_setattr: {
    name: "syscall",
    parameters: ["i64", "i32", "buffer", "u32"],
    result: "i64",
  },
});

/** Policies of the kernel. */
const SCHED = { other: 0, batch: 3 } as const;
/** Who is started by such a thread has a slice as any other. */
const RESET_ON_FORK = 0x40000000;
const SCHED_FLAG_RESET_ON_FORK = 1n;
const PRIO_PROCESS = 0;
const SYS_SCHED_SETATTR = Deno.build.arch === "aarch64" ? 274n : 314n;
/** Of `struct sched_attr` as it was at first. */
const ATTRIBUTES_SIZE = 48;
/**
 * Twice what anybody has who did not ask for more: who wakes up with a shorter slice goes before at
 * once. Not more than that, for on a machine with much to do it is also how long such a thread waits
 * behind each of the others. Kernels before 6.12 have no slices of their own.
 */
const RUN_NS = 6_000_000n;
const THIS_THREAD = 0;

/** Whether this thread stands behind others. Each thread has its own. */
let behind = false;

/**
 * Has all threads of this process, and those that they will start, stand behind others: they get
 * their share of the processors, but whoever wakes up goes before them, and they interrupt nobody
 * when they do. It needs no rights. Whoever was started with a scheduling of its own keeps it.
 *
 * @returns whether it is so; {@link comeForward} takes a thread out of it
 */
export function standBehind(): boolean {
  if (libc().sched_getscheduler(THIS_THREAD) !== SCHED.other) return false;
  if (!setBatch(THIS_THREAD)) return false;
  behind = true;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    const thread = Number(name);
    // One that has ended meanwhile, or has a scheduling of its own, is left alone.
    if (libc().sched_getscheduler(thread) === SCHED.other) setBatch(thread);
  }
  return true;
}

/** Has this thread, which a thread that stands behind others has started, scheduled as any other. */
export function comeForward(): void {
  libc().sched_setscheduler(THIS_THREAD, SCHED.other, NO_PRIORITY);
}

/** Whether what this thread starts would stand behind others, as this does. */
export function standsBehind(): boolean {
  return behind;
}

/** Starts a process from this thread that is scheduled as any other. */
export function startForward<T>(start: () => T): T {
  if (!behind) return start();
  libc().sched_setscheduler(THIS_THREAD, SCHED.other | RESET_ON_FORK, NO_PRIORITY);
  try {
    return start();
  } finally {
    libc().sched_setscheduler(THIS_THREAD, SCHED.batch | RESET_ON_FORK, NO_PRIORITY);
  }
}

const NO_PRIORITY = new Uint8Array(4);

function setBatch(thread: number): boolean {
  const attributes = new DataView(new ArrayBuffer(ATTRIBUTES_SIZE));
  attributes.setUint32(0, ATTRIBUTES_SIZE, true);
  attributes.setUint32(4, SCHED.batch, true);
  attributes.setBigUint64(8, SCHED_FLAG_RESET_ON_FORK, true);
  attributes.setInt32(16, libc().getpriority(PRIO_PROCESS, thread), true);
  attributes.setBigUint64(24, RUN_NS, true);
  const bytes = new Uint8Array(attributes.buffer);
  return libc().sched_setattr(SYS_SCHED_SETATTR, thread, bytes, 0) === 0n;
}
