/**
 * How many wait for a lock on a file that somebody else holds, as the kernel lists them: a waiter
 * stands there as `7: -> POSIX ADVISORY WRITE 4711 08:01:1234 168 168`.
 */
export function lockWaiters(path: string): number {
  const { ino } = Deno.statSync(path);
  const waits = new RegExp(`^\\d+: -> .*:${ino} `);
  return Deno.readTextFileSync("/proc/locks").split("\n").filter((line) => waits.test(line)).length;
}
