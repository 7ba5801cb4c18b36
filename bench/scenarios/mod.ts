import { leaderDeath, memberDeath, startUp } from "./failures.ts";
import { farPing } from "./far-ping.ts";
import { fetchRing } from "./fetch-ring.ts";
import { manyClients } from "./many-clients.ts";
import { messageRing } from "./message-ring.ts";
import { openRing } from "./open-ring.ts";
import { recovery } from "./recovery.ts";
import type { Scenario } from "./scenario.ts";
import { emptyProgram, smallTool } from "./small-tools.ts";
import { status } from "./status.ts";
import { thousandClients } from "./thousand-clients.ts";
import { transactions, transactionsOfAll } from "./transactions.ts";
import { tunnelRing } from "./tunnel-ring.ts";
import { updateRecord } from "./update-record.ts";

export type { Load, RateScenario, Scenario, TimeScenario } from "./scenario.ts";

/** All scenarios by the names that `--only` takes, in the order of the table. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "message-ring": messageRing(1),
  "message-ring-32": messageRing(32),
  "tunnel-ring": tunnelRing,
  "far-ping": farPing,
  "fetch-ring": fetchRing,
  "open-ring": openRing,
  "many-clients": manyClients,
  "clients-1000": thousandClients,
  "transactions": transactions,
  "transactions-all": transactionsOfAll,
  "update-record": updateRecord,
  "status": status,
  "tool-empty": emptyProgram,
  "tool-pnn": smallTool("pnn"),
  "tool-nodestatus": smallTool("nodestatus"),
  "recovery-1": recovery(1, 0),
  "recovery-16": recovery(16, 0),
  "recovery-100000": recovery(1, 100_000),
  "start": startUp,
  "member-death": memberDeath,
  "leader-death": leaderDeath,
};
