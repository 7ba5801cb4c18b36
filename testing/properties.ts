/**
 * fast-check, which draws from the seed that a run of the tests was given, and as often as it was
 * told: `deno task test --runs 50` makes fifty times the runs, to find what fails by chance. Without
 * a seed it draws its own and prints it when a property fails.
 *
 * @module
 */
import * as fc from "./property-runs.ts";

export * from "./property-runs.ts";
export default fc;
