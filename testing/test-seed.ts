/** What a random test starts from: `deno task test --seed N` gives it, or it is drawn. */
const SEED_VARIABLE = "CTDB_TEST_SEED";
const SEEDS = 0x7fff_ffff;

/** The seed that was asked for; `undefined` if none was. Throws for one that is no number. */
export function givenSeed(): number | undefined {
  const text = Deno.env.get(SEED_VARIABLE);
  if (text === undefined || text === "") return undefined;
  const seed = Number(text);
  if (!Number.isInteger(seed)) {
    throw new RangeError(`${SEED_VARIABLE}: ${text}: not a whole number`);
  }
  return seed;
}

/** The seed for a random test, which is printed: what it finds shall be found again. */
export function testSeed(): number {
  const seed = givenSeed() ?? Math.floor(Math.random() * SEEDS);
  const text = `Seed: ${seed} (again with deno task test --seed ${seed})\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
  return seed;
}
