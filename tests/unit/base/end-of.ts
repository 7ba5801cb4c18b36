import { type Procedure, run } from "../../../lib/base/mod.ts";

/** Runs a procedure; settles as it ends, for tests that wait for it. */
export function endOf<T>(procedure: Procedure<T>): Promise<T> {
  return new Promise((done, failed) => void run(procedure, { done, failed }));
}
