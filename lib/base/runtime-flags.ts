/**
 * What V8 is started with, as it suits a daemon that must answer at once beside others on its host.
 * Scavenges of a small new space are short, and what they go over stays in the
 * processor's cache. A collector without threads never waits for one that is not
 * scheduled, which a core with realtime priority would do for as long as the others let it.
 */
const V8_FLAGS: readonly string[] = [
  "--max-semi-space-size=4",
  "--single-threaded-gc",
  // What is alive is some ten megabytes, marked in ten milliseconds. In steps it takes seconds, for the
  // core's thread makes none between two allocations, and as long as it lasts V8 collects nothing that
  // is young: the heap doubles, and a third of that counts as alive and is copied in the end.
  "--no-incremental-marking",
  // Some ten megabytes are alive from the start to the end, and a load adds two or three in ten seconds.
  // V8 would mark them all for each tenth that comes, the memory of arrays included: first soon after the
  // start, and again and again after a rest, behind which it lets a heap grow least.
  "--initial-old-space-size=24",
  "--heap-growing-percent=150",
  "--external-memory-max-growing-factor=2.5",
  // Only the highest tier calls libc without a detour of a microsecond, and a node that serves its
  // first clients shall not wait for it: 3000 and 500 calls by default, for pages that are left soon.
  "--invocation-count-for-turbofan=300",
  "--minimum-invocations-after-ic-update=100",
  // Who has nothing to do gives memory back: `lib/daemon/edge/memory-rest.ts`.
  "--expose-gc",
];

/** What the runtime needs behind `run`, whoever starts a program of ours. */
export const RUNTIME_FLAGS: readonly string[] = [
  "--quiet",
  "--no-lock",
  "--no-prompt",
  `--v8-flags=${V8_FLAGS.join(",")}`,
  // For the history of the admin API.
  "--unstable-kv",
  "-A",
];
