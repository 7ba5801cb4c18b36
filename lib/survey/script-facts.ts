import { EVENT_RULES, EventClient, EventConnectionError, LEGACY_COMPONENT } from "../events/mod.ts";
import type { ScriptFacts } from "./facts.ts";

/** Asks the event daemon how the last run of each event went. */
export async function gatherScripts(socket: string): Promise<ScriptFacts> {
  let client: EventClient | undefined;
  const runs: { event: string; record: ScriptFacts["runs"][number]["record"] }[] = [];
  try {
    client = await EventClient.connect(socket);
    for (const event of Object.keys(EVENT_RULES)) {
      const { record } = await client.status(LEGACY_COMPONENT, event);
      if (record !== undefined) runs.push({ event, record });
    }
    return { runs };
  } catch (error) {
    if (!(error instanceof EventConnectionError)) throw error;
    return { failure: error.message, runs };
  } finally {
    await client?.close();
  }
}
