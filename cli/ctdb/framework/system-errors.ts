import { Errno, messageOf } from "../../../lib/base/mod.ts";

/** The number of an error that the system gave; `otherwise` when it was none of the system's. */
export function errnoOf(error: unknown, otherwise: number = Errno.EIO): number {
  return Number(/\(os error (\d+)\)/.exec(messageOf(error))?.[1] ?? otherwise);
}

/** The system's own words for an error, without the number behind them. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/ \(os error \d+\).*$/s, "");
}
