import type { PressureLine } from "../line.ts";
import { flood } from "./flood.ts";
import { heldFile } from "./held-file.ts";
import { idleClients } from "./idle-clients.ts";
import { linkCut } from "./link-cut.ts";
import { firstRecover, manyRecords } from "./recoveries.ts";
import { sessions } from "./sessions.ts";
import { smbClients } from "./smb-clients.ts";
import { vacuumStorm } from "./vacuum-storm.ts";

/** All lines by the names that `--only` takes, in the order of the table. */
export const lines: Readonly<Record<string, PressureLine>> = {
  "held-file": heldFile(false),
  "held-chains": heldFile(true),
  "vacuum-storm": vacuumStorm,
  "flood": flood,
  "idle-clients": idleClients,
  "sessions": sessions,
  "smb-clients": smbClients,
  "link-cut": linkCut,
  "first-recover": firstRecover(16, "first recovery after a start"),
  "empty-databases": firstRecover(100, "100 empty databases"),
  "million": manyRecords,
};
