/** What a random test starts from: `deno task test --seed N` gives it, or it is drawn. */
const SEED_VARIABLE = "CTDB_TEST_SEED";
/** How many times as many runs of a property: `deno task test --runs N` gives it. */
const RUNS_VARIABLE = "CTDB_TEST_RUNS";
const SEEDS = 0x7fff_ffff;

/** The seed that was asked for; `undefined` if none was. Throws for one that is no number. */
export function givenSeed(): number | undefined {
  return wholeNumber(SEED_VARIABLE);
}

/** How many times as many runs of a property as usual were asked for; 1 if nothing was. */
export function timesAsManyRuns(): number {
  return wholeNumber(RUNS_VARIABLE) ?? 1;
}

function wholeNumber(variable: string): number | undefined {
  const text = Deno.env.get(variable);
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!Number.isInteger(number)) {
    throw new RangeError(`${variable}: ${text}: not a whole number`);
  }
  return number;
}

/** The seed for a random test, which is printed: what it finds shall be found again. */
export function testSeed(): number {
  const seed = givenSeed() ?? Math.floor(Math.random() * SEEDS);
  const text = `Seed: ${seed} (again with deno task test --seed ${seed})\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
  return seed;
}
