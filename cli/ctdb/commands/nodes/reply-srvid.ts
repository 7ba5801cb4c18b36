let next = 1n;

/** A srvid for answers to this process alone, from the range of the tool (`wire.md` 5.1). */
export function replySrvid(): bigint {
  return 0xce01_0000_0000_0000n + (BigInt(Deno.pid & 0xffff) << 16n) + (next++ & 0xffffn);
}
