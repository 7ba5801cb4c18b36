import { Errno, errnoText } from "../../base/mod.ts";
import {
  EVENT_RULES,
  type EventRecord,
  type EventService,
  LEGACY_COMPONENT,
} from "../../events/mod.ts";

/** The last run of each event that has run. */
export type ScriptRuns = readonly { readonly event: string; readonly record: EventRecord }[];

/** The end of a script's output that documents show. */
const OUTPUT_CHARACTERS = 4000;

/** Asks the event runner for the last run of each event. */
export async function scriptRuns(events: Pick<EventService, "status">): Promise<ScriptRuns> {
  const runs = await Promise.all(
    Object.keys(EVENT_RULES).map(async (event) => {
      const { record } = await events.status(LEGACY_COMPONENT, event);
      return record === undefined ? [] : [{ event, record }];
    }),
  );
  return runs.flat();
}

/** `GET /v1/scripts`: how the last run of each event went, script by script. */
export function scriptsDocument(runs: ScriptRuns): Record<string, unknown> {
  return {
    events: runs.map(({ event, record }) => ({
      event,
      ok: record.summary === 0,
      scripts: record.scripts.map(({ name, result, begin_us, end_us, output }) => ({
        name,
        state: stateOf(result),
        result: resultText(result),
        began_at: begin_us === 0n ? null : new Date(Number(begin_us / 1000n)).toISOString(),
        duration_s: begin_us === 0n ? null : Number(end_us - begin_us) / 1e6,
        output: output.slice(-OUTPUT_CHARACTERS),
      })),
    })),
  };
}

/** `ok`, `failed`, `timed out`, `disabled` or `not run`. */
function stateOf(result: number): string {
  switch (result) {
    case 0:
      return "ok";
    case -Errno.ETIMEDOUT:
      return "timed out";
    case -Errno.ENOEXEC:
      return "disabled";
    case -Errno.ENODATA:
      return "not run";
    default:
      return "failed";
  }
}

function resultText(result: number): string {
  if (result === 0) return "success";
  return result > 0 ? `exit status ${result}` : errnoText(-result);
}
