import { libcFunctions } from "./libc.ts";

const libc = libcFunctions({ malloc_trim: { parameters: ["usize"], result: "i32" } });

/** How V8 lets itself be told, when it was started with `--expose-gc` (`runtime-flags.ts`). */
interface CollectorGlobal {
  gc?(options: { type: "major"; execution: "sync"; flavor: "last-resort" }): void;
}

/**
 * Collects this thread's garbage and gives empty pages back: some 20 ms for the heap of an idle
 * node, so only for a moment in which nobody waits. Does nothing where V8 was started otherwise.
 */
export function collectGarbage(): void {
  const { gc } = globalThis as CollectorGlobal;
  gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** Gives back what the C library's allocator has kept for later. */
export function trimAllocator(): void {
  libc().malloc_trim(0n);
}
