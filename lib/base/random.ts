/** Random numbers as a node sees them: real ones in the daemon, seeded ones in the simulation. */
export interface Random {
  /** A uniform integer in 0 .. 2^32-1. */
  u32(): number;
}

/** The machine's own generator. */
export const systemRandom: Random = {
  u32: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
};

/** A uniform integer in 0 .. `limit`-1. `limit` must be in 1 .. 2^32. */
export function randomBelow(random: Random, limit: number): number {
  return Math.floor((random.u32() / 0x1_0000_0000) * limit);
}
