/**
 * Descriptors that are not given to clients: links to nodes both ways, database files, helpers,
 * scripts, sockets of the admin API.
 */
const RESERVED = 48;
/** However few are left: a node without clients is of no use. */
const LEAST_CLIENTS = 8;
/** What counts as no limit. */
const ENOUGH = 1_000_000;

/** How many clients may be connected at once, by the limit on open files and what is open already. */
export function maxClients(): number {
  const open = [...Deno.readDirSync("/proc/self/fd")].length;
  return Math.max(LEAST_CLIENTS, openFilesLimit() - open - RESERVED);
}

/** Descriptors that this process may have. */
export function openFilesLimit(): number {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
  return Number.isFinite(limit) ? limit : ENOUGH;
}
