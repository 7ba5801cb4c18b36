import type { DatabaseList } from "./database.ts";
import type { RecordsHost } from "./host.ts";
import type { KeyLocks } from "./locks/key-locks.ts";
import type { RecordStore } from "./record-store.ts";

/** What everything works with that reads or writes single records. */
export interface RecordPorts {
  readonly host: RecordsHost;
  readonly databases: DatabaseList;
  readonly store: RecordStore;
  readonly locks: KeyLocks;
}
