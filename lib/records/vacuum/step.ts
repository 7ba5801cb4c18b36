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

/** Between two slices: a core that never sleeps is given the processor last when others want it. */
const PAUSE_MS = 2;

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
    pause = host.setTimer(PAUSE_MS, slice);
  };
  host.defer(slice);
  return {
    cancel() {
      cancelled = true;
      pause?.cancel();
    },
  };
}
