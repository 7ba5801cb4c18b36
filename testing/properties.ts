/**
 * fast-check, which draws from the seed that a run of the tests was given. Without one it draws its
 * own and prints it when a property fails.
 *
 * @module
 */
import fc from "fast-check/original";
import { givenSeed } from "./test-seed.ts";

const seed = givenSeed();
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export * from "fast-check/original";
export default fc;
