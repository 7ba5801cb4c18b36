import { assertInvariant } from "../base/mod.ts";

/** Where a database stands with regard to freezing (`records.md` 13.1). */
export type FreezeState = "none" | "pending" | "frozen";

/**
 * Whether a database can be used, and what its file is worth, as recoveries change both:
 *
 * | From      | Transition      | To        | When                                                  |
 * | --------- | --------------- | --------- | ----------------------------------------------------- |
 * | `none`    | `freezing`      | `pending` | DB_FREEZE, or the node becomes inactive               |
 * | `pending` | `frozenNow`     | `frozen`  | the lock over all chains is had                       |
 * | any       | `thawed`        | `none`    | DB_THAW, the end of recovery, or the lock was lost    |
 *
 * A file is worth nothing to a recovery while it is `outdated` (written before this node became
 * inactive; until the thaw) or `damaged` (a commit failed halfway; until a whole one is pushed).
 */
export class DatabasePhase {
  #freeze: FreezeState = "none";
  #outdated = false;
  #damaged = false;

  get freeze(): FreezeState {
    return this.#freeze;
  }

  /** A pull must not believe the file: it was written before this node became inactive. */
  get outdated(): boolean {
    return this.#outdated;
  }

  /** A pull must not believe the file: it holds half of what a recovery pushed. */
  get damaged(): boolean {
    return this.#damaged;
  }

  freezing(): void {
    assertInvariant(this.#freeze === "none", `freeze of a database that is ${this.#freeze}`);
    this.#freeze = "pending";
  }

  frozenNow(): void {
    assertInvariant(this.#freeze === "pending", `lock of a database that is ${this.#freeze}`);
    this.#freeze = "frozen";
  }

  thawed(): void {
    this.#freeze = "none";
    this.#outdated = false;
  }

  becameOutdated(): void {
    this.#outdated = true;
  }

  commitFailed(): void {
    this.#damaged = true;
  }

  replacedAsAWhole(): void {
    this.#damaged = false;
  }
}
