/** The port that CTDB daemons listen on. */
const CTDB_PORT = 4379;
const ATTEMPTS = 100;

/**
 * Finds `count` loopback addresses on which nobody listens: a random 127.A.B.0/24, from 127.64 on,
 * so that test clusters which run at the same time do not meet.
 */
export function freeLoopbackAddresses(count: number): string[] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [a, b] = crypto.getRandomValues(new Uint8Array(2));
    const network = `127.${64 + a! % 190}.${b}`;
    const addresses = Array.from({ length: count }, (_, pnn) => `${network}.${pnn + 1}`);
    if (addresses.every(isFree)) return addresses;
  }
  throw new Error(`find free loopback addresses: none in ${ATTEMPTS} attempts`);
}

function isFree(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: CTDB_PORT }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
