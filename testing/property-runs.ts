/** All of fast-check, whose `assert` makes as many runs as were asked for. @module */
import * as original from "fast-check/original";
import { givenSeed, timesAsManyRuns } from "./test-seed.ts";

const seed = givenSeed();
const times = timesAsManyRuns();
const defaults = original.readConfigureGlobal();
original.configureGlobal({
  ...defaults,
  ...(seed === undefined ? {} : { seed }),
  numRuns: (defaults.numRuns ?? 100) * times,
});

export * from "fast-check/original";

/** fast-check's own; a property that says how many runs it wants makes as many times more, too. */
export const assert = ((
  property: original.IRawProperty<unknown>,
  parameters: original.Parameters<unknown> = {},
) => {
  const { numRuns } = parameters;
  const more = numRuns === undefined ? {} : { numRuns: numRuns * times };
  return original.assert(property, { ...parameters, ...more });
}) as typeof original.assert;
