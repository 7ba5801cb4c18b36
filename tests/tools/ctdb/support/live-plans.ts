import type { LivePlan } from "./live-run.ts";

const PLANS: Readonly<Record<string, LivePlan>> = {
  "status-and-options": {},
};

/** What was done between the captured runs of a file, and which of them cannot be repeated. */
export function planOf(file: string): LivePlan {
  return PLANS[file] ?? {};
}
