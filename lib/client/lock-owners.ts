import type { ServerId } from "../wire/mod.ts";

/** Of this run of the program: a pid comes again, and is another's in another namespace. */
const RUN = crypto.getRandomValues(new Uint32Array(1))[0]!;
const HALF = 32n;

let made = 0;
const living = new Set<bigint>();

/** A new owner of locks, on whichever connection of this program; it lives until {@link endOwner}. */
export function newOwner(vnn: number): ServerId {
  const taskId = ++made;
  const uniqueId = (BigInt(RUN) << HALF) | BigInt(taskId);
  living.add(uniqueId);
  return { pid: BigInt(Deno.pid), taskId, vnn, uniqueId };
}

/** The owner holds nothing any more: it has given its lock up, or lost it with its connection. */
export function endOwner({ uniqueId }: ServerId): void {
  living.delete(uniqueId);
}

/**
 * Whether an owner is one of this program's that has ended. Its process lives on, so that nobody else
 * can know, and what it held when its daemon was killed would be held until this program ends.
 */
export function hasEnded({ pid, uniqueId }: ServerId): boolean {
  return pid === BigInt(Deno.pid) && uniqueId >> HALF === BigInt(RUN) && !living.has(uniqueId);
}
