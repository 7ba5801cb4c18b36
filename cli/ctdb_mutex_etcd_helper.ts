/**
 * `ctdb_mutex_etcd_helper`: a cluster lock that is a lease in etcd, for clusters whose file system
 * has no coherent record locks (`cluster.md` 6.6, `docs/cluster-lock.md`).
 *
 * @module
 */
import { messageOf, systemClock } from "../lib/base/mod.ts";
import {
  bootClock,
  EtcdClient,
  EtcdGateway,
  EtcdLock,
  LockError,
  type Loss,
  parentCheck,
  ParentWatch,
} from "../lib/cluster-lock/mod.ts";
import { MAX_ETCD_REQUEST_MS } from "../lib/limits/mod.ts";
import type { ProgramIo } from "./io.ts";
import { type EtcdHelperOptions, EtcdOptionsError } from "./lock-helper/etcd-options.ts";
import { etcdUsage, parseEtcdOptions } from "./lock-helper/etcd-options.ts";
import { HelperStatus } from "./lock-helper/status.ts";

const NAME = "ctdb_mutex_etcd_helper";

/** The part of a lease in which all members can be asked once. */
const ROUND_PART = 1 / 4;
/** A member that is alive answers in less, in more there is no point in waiting. */
const MIN_REQUEST_MS = 300;
/** How long etcd may take to hear that the lock is free; if it does not, the lease runs out. */
const RELEASE_MS = 1000;

const STATUS = {
  "taken": HelperStatus.taken,
  "contended": HelperStatus.contended,
  "timed out": HelperStatus.timedOut,
} as const;

/** Runs the program; ends when the lock is lost or not needed any more. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  let options: EtcdHelperOptions;
  try {
    options = parseEtcdOptions(args);
  } catch (error) {
    if (!(error instanceof EtcdOptionsError)) throw error;
    io.stderr(error.message === "" ? etcdUsage : `${NAME}: ${error.message}\n${etcdUsage}`);
    return 1;
  }
  const parent = new ParentWatch(systemClock, parentCheck());
  const terminated = new Termination();
  try {
    const released = Promise.race([parent.lost, terminated.requested]);
    await holdLock(options, released, io);
    return 0;
  } finally {
    terminated.stop();
    parent.stop();
  }
}

async function holdLock(
  options: EtcdHelperOptions,
  released: Promise<Loss>,
  io: ProgramIo,
): Promise<void> {
  const { key, ttl_s, tls, user, endpoints } = options;
  const share_ms = (ttl_s * 1000 * ROUND_PART) / endpoints.length;
  const request_ms = Math.min(Math.max(share_ms, MIN_REQUEST_MS), MAX_ETCD_REQUEST_MS);
  const gateway = { endpoints, request_ms, tls, ...(user === undefined ? {} : { user }) };
  using etcd = openGateway(gateway, io);
  if (etcd === undefined) return;
  const value = JSON.stringify({ host: Deno.hostname(), pid: Deno.pid });
  const lock = new EtcdLock(new EtcdClient(etcd), { key, value, ttl_s }, bootClock);
  const early = released.then(() => undefined);
  const status = await Promise.race([take(lock, options, io), early]);
  if (status !== undefined) io.stdout(status);
  if (status === HelperStatus.taken) {
    const loss = await Promise.race([lock.lost, released]);
    if (loss.kind === "lost") io.stderr(`${NAME}: ${loss.message}\n`);
  }
  // The daemon first: etcd may take its time, or not be there at all.
  io.closeStdout();
  await giveBack(lock);
}

/** A certificate that is none is an answer for the daemon, too. */
function openGateway(
  options: ConstructorParameters<typeof EtcdGateway>[0],
  io: ProgramIo,
): EtcdGateway | undefined {
  try {
    return new EtcdGateway(options);
  } catch (error) {
    io.stderr(`${NAME}: ${messageOf(error)}\n`);
    io.stdout(HelperStatus.failed);
    return undefined;
  }
}

async function take(lock: EtcdLock, options: EtcdHelperOptions, io: ProgramIo): Promise<string> {
  try {
    const result = await lock.take(options.timeout_s * 1000);
    if (result === "timed out") io.stderr(`${NAME}: no answer from ${options.endpoints}\n`);
    return STATUS[result];
  } catch (error) {
    if (!(error instanceof LockError)) throw error;
    io.stderr(`${NAME}: ${error.message}\n`);
    return HelperStatus.failed;
  }
}

async function giveBack(lock: EtcdLock): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimer(RELEASE_MS, resolve);
  // A failure means that the lease has to run out; there is nobody left to tell.
  await Promise.race([lock.release().catch(() => {}), patience]);
  timer.cancel();
}

/** SIGTERM and SIGINT: the daemon does not need the lock any more. */
class Termination {
  readonly requested: Promise<Loss>;
  #listener = () => {};

  constructor() {
    this.requested = new Promise((resolve) => {
      this.#listener = () => resolve({ kind: "released", message: "terminated" });
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, this.#listener);
    }
  }

  stop(): void {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.removeSignalListener(signal, this.#listener);
    }
  }
}
