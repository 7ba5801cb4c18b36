import { cString, libcFunctions, standsBehind } from "../base/mod.ts";

/** The parts of `posix_spawn` that every way to start a program here shares. */

const libc = libcFunctions({
  sigfillset: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setschedpolicy: { parameters: ["buffer", "i32"], result: "i32" },
});

/** Sizes with room to spare: glibc's are 336 and 128 bytes, musl's no larger. */
const ATTRIBUTES_SIZE = 1024;
const SIGSET_SIZE = 256;

const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSCHEDULER = 0x20;
const POSIX_SPAWN_SETSID = 0x80;
const SCHED_OTHER = 0;
const FLAGS = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;

/**
 * Attributes of a process that leads a session of its own, finds every signal as a login shell would
 * leave it (Deno ignores SIGPIPE), and is scheduled as any other, whoever starts it. To be given
 * back by {@link destroyAttributes}.
 */
export function spawnAttributes(): Uint8Array<ArrayBuffer> {
  const c = libc();
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  const noSignals = new Uint8Array(SIGSET_SIZE);
  const allSignals = new Uint8Array(SIGSET_SIZE);
  c.sigfillset(allSignals);
  c.posix_spawnattr_init(attributes);
  c.posix_spawnattr_setsigmask(attributes, noSignals);
  c.posix_spawnattr_setsigdefault(attributes, allSignals);
  if (standsBehind()) c.posix_spawnattr_setschedpolicy(attributes, SCHED_OTHER);
  c.posix_spawnattr_setflags(attributes, FLAGS | (standsBehind() ? POSIX_SPAWN_SETSCHEDULER : 0));
  return attributes;
}

/** Frees what {@link spawnAttributes} made. */
export function destroyAttributes(attributes: Uint8Array<ArrayBuffer>): void {
  libc().posix_spawnattr_destroy(attributes);
}

/** An array of C strings for `argv` or `environ`. */
export interface StringVector {
  readonly pointers: BigUint64Array<ArrayBuffer>;
  /** Called when nobody reads it any more: until then the strings must not be collected. */
  readonly release: () => void;
}

/** A null-terminated array of C strings. */
export function stringVector(texts: readonly string[]): StringVector {
  const strings = texts.map(cString);
  const pointers = new BigUint64Array(texts.length + 1);
  strings.forEach((string, i) => {
    pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(string));
  });
  return { pointers, release: () => strings.splice(0) };
}

/** An environment as `environ` has it. */
export function environmentVector(env: Readonly<Record<string, string>>): StringVector {
  return stringVector(Object.entries(env).map(([name, value]) => `${name}=${value}`));
}
