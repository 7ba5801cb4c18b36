import type { RecordPorts } from "../ports.ts";
import type { RecordsStatistics } from "../statistics.ts";
import type { NodeParking } from "./node-parking.ts";
import type { Ownership } from "./ownership.ts";
import type { PendingDmasters } from "./pending-dmaster.ts";

/** What calls of other nodes and the ways of a record to its owner work with. */
export interface NodeCallPorts extends RecordPorts {
  readonly stats: RecordsStatistics;
  readonly parking: NodeParking;
  readonly pending: PendingDmasters;
  readonly ownership: Ownership;
}
