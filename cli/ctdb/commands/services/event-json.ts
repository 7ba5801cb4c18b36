import { Errno } from "../../../../lib/base/mod.ts";
import {
  EventClient,
  EventConnectionError,
  type EventRecord,
  type ListedScript,
  overviewScripts,
  type ScriptStatus,
  wasNotReached,
} from "../../../../lib/events/mod.ts";
import { timeJson } from "../../printing/c-time.ts";
import type { Call } from "../../framework/call.ts";

/** `scriptstatus` and `event status`: the last run of an event, asked from the event daemon itself. */
export async function printEventStatus(
  call: Call,
  component: string,
  event: string,
): Promise<void> {
  const record = await readStatus(call, component, event);
  const scripts = record === undefined ? [] : shownScripts(record.scripts);
  const value = {
    component,
    event,
    has_run: record !== undefined,
    scripts: scripts.map(scriptJson),
  };
  call.io.stdout(`${JSON.stringify(value, null, 2)}\n`);
}

/** `event script list`; returns the exit status. */
export async function printScripts(call: Call, component: string): Promise<number> {
  const { etcdir: etc, datadir: data } = call.paths;
  const overview = await overviewScripts({ etc, data }, component);
  if ("missing" in overview) {
    call.note(`Unable to find event script directory: ${overview.directory}`);
    return overview.errno;
  }
  const row = (installed: boolean) => ({ name, enabled }: ListedScript) => ({
    name,
    enabled,
    installed,
  });
  const scripts = [...overview.installed.map(row(true)), ...overview.others.map(row(false))];
  call.io.stdout(`${JSON.stringify({ component, scripts }, null, 2)}\n`);
  return 0;
}

async function readStatus(
  call: Call,
  component: string,
  event: string,
): Promise<EventRecord | undefined> {
  let client: EventClient | undefined;
  try {
    client = await EventClient.connect(call.paths.eventdSocket);
    return (await client.status(component, event)).record;
  } catch (error) {
    if (!(error instanceof EventConnectionError)) throw error;
    return call.fail(1, `socket connect failed - ${call.paths.eventdSocket}`);
  } finally {
    await client?.close();
  }
}

/** Scripts that this run did not reach, or that have the data of an earlier one, are left out. */
function shownScripts(scripts: readonly ScriptStatus[]): readonly ScriptStatus[] {
  const reached = scripts.filter(({ result }) => !wasNotReached(result));
  const stale = reached.findIndex(({ begin_us }, i) =>
    i > 0 && begin_us < reached[i - 1]!.begin_us
  );
  return stale < 0 ? reached : reached.slice(0, stale);
}

function scriptJson({ name, result, begin_us, end_us, output }: ScriptStatus): unknown {
  return {
    name,
    state: stateOf(result),
    exit_status: result >= 0 ? result : null,
    begin: timeJson(begin_us),
    duration_s: Number(end_us - begin_us) / 1e6,
    output,
  };
}

function stateOf(result: number): string {
  if (result === -Errno.ETIMEDOUT) return "TIMEDOUT";
  if (result === -Errno.ENOEXEC) return "DISABLED";
  if (result < 0) return "CANNOT RUN";
  return result === 0 ? "OK" : "ERROR";
}
