/**
 * fast-check, which draws from the seed that a run of the tests was given, and as often as it was
 * told: `deno task test --runs 50` makes fifty times the runs, to find what fails by chance. Without
 * a seed it draws its own and prints it when a property fails.
 *
 * @module
 */
import fc from "fast-check/original";
import { givenSeed, timesAsManyRuns } from "./test-seed.ts";

const seed = givenSeed();
const times = timesAsManyRuns();
const defaults = fc.readConfigureGlobal();
fc.configureGlobal({
  ...defaults,
  ...(seed === undefined ? {} : { seed }),
  numRuns: (defaults.numRuns ?? 100) * times,
});

/** `parameters`, with as many runs as were asked for; a property without a number has the default. */
function more<T extends { numRuns?: number }>(parameters: T): T {
  const { numRuns } = parameters;
  return numRuns === undefined ? parameters : { ...parameters, numRuns: numRuns * times };
}

const assertProperty = ((
  property: fc.IRawProperty<unknown>,
  parameters: fc.Parameters<unknown> = {},
) => fc.assert(property, more(parameters))) as typeof fc.assert;

export * from "fast-check/original";
export default { ...fc, assert: assertProperty };
