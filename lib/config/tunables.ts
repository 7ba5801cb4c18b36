import type { TunableName, TunableValues } from "../wire/mod.ts";
import { defaultTunables, findTunable, tunableListOrder } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";

/** What setting a tunable came to. The control's status is 0, 1 and -1 (`cluster.md` 3). */
export type TunableSetResult = "set" | "obsolete" | "unknown";

const U32_MAX = 0xffff_ffff;

/**
 * The 62 tunables of a node (`cluster.md` 3).
 *
 * ```ts
 * const tunables = new Tunables();
 * tunables.set("recoverinterval", 2); // "set"
 * tunables.values.RecoverInterval; // 2
 * ```
 */
export class Tunables {
  readonly #values: { -readonly [N in TunableName]: number };

  constructor(values: TunableValues = defaultTunables) {
    this.#values = { ...values };
  }

  /**
   * The values by name: a live view, cheap enough for the hot path. Also what GET_ALL_TUNABLES
   * answers, through wire's `tunablesBlock`.
   */
  get values(): TunableValues {
    return this.#values;
  }

  /** The value of a name in any case, obsolete ones too; undefined: unknown (status -22). */
  get(name: string): number | undefined {
    const info = findTunable(name);
    return info === undefined ? undefined : this.#values[info.name];
  }

  /**
   * Sets a u32 by a name in any case. An obsolete one is stored too, but has no effect. No range is
   * checked. Throws {@link ConfigError} when `value` is no u32.
   */
  set(name: string, value: number): TunableSetResult {
    if (!Number.isInteger(value) || value < 0 || value > U32_MAX) {
      throw new ConfigError(`set tunable ${name}: ${value}`);
    }
    const info = findTunable(name);
    if (info === undefined) return "unknown";
    this.#values[info.name] = value;
    return info.obsolete ? "obsolete" : "set";
  }

  /** The names of LIST_TUNABLES in its order: obsolete ones are left out. */
  names(): readonly TunableName[] {
    return tunableListOrder;
  }
}
