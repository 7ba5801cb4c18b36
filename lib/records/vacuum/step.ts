import type { Timer } from "../../base/mod.ts";
import { VACUUM_SLICE_MS, VACUUM_SLICE_RECORDS } from "../../limits/mod.ts";
import type { RecordsHost } from "../host.ts";

/** A part of a vacuum run that is under way. */
export interface Step {
  /** Stops it where it is; it does not tell its end any more. */
  cancel(): void;
}

/** How a step tells its end; `false` when something went wrong. May come at once. */
export type StepDone = (ok: boolean) => void;

/** A step that has nothing to do, or is over. */
export const NO_STEP: Step = { cancel: () => {} };

/**
 * Between two slices. A core that never sleeps is given the processor last when others want it, and
 * three nodes of a host that vacuum at once shall leave most of its two processors to others.
 */
const PAUSE_MS = 4;

/** Runs the next slice of a step when others have had their share. */
export function afterPause(host: RecordsHost, slice: () => void): Timer {
  return host.setTimer(PAUSE_MS, slice);
}

/** Works off `items` slice by slice, so that the node stays alive meanwhile. */
export function inSlices<T>(
  host: RecordsHost,
  items: Iterable<T>,
  action: (item: T) => void,
  done: () => void,
): Step {
  const iterator = items[Symbol.iterator]();
  let cancelled = false;
  let pause: Timer | undefined;
  const slice = () => {
    if (cancelled) return;
    const end_ms = host.clock.now() + VACUUM_SLICE_MS;
    for (let i = 0; i < VACUUM_SLICE_RECORDS && host.clock.now() < end_ms; i++) {
      const next = iterator.next();
      if (next.done) return done();
      action(next.value);
    }
    pause = afterPause(host, slice);
  };
  host.defer(slice);
  return {
    cancel() {
      cancelled = true;
      pause?.cancel();
    },
  };
}
