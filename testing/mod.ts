/**
 * What tests share, ours and those of others who use the library: time and chance that a test holds in
 * its hands.
 *
 * @module
 */
export { SeededRandom } from "./seeded-random.ts";
export { givenSeed, testSeed } from "./test-seed.ts";
export { VirtualClock } from "./virtual-clock.ts";
