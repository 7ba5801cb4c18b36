import { databaseId } from "../../../../lib/wire/mod.ts";
import { type SambaVector, vectors } from "../../../unit/samba/vectors.ts";
import type { FakeState } from "../../../../testing/fake-daemon/fake-state.ts";

/** Records that belong together, as a smbd 4.17 had them at one time, by database. */
const NAMES = [
  "two-opens",
  "batch-oplock",
  "lease",
  "lease-record",
  "disconnected-durable",
  "two-opens-one-process",
  "brlock",
  "tcon-global",
];

/** A session of which only the head is made up; what follows must not be looked at. */
function session(id: number): SambaVector {
  const value = new Uint8Array(200).fill(0x41);
  const view = new DataView(value.buffer);
  [0, 0, 1, 0, 0x20000, 0, id].forEach((word, i) => view.setUint32(i * 4, word, true));
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, id, false);
  const database = "smbXsrv_session_global.tdb";
  return { name: "session", samba: "4.17.12", database, key, value, decoded: {} };
}

/** Attaches the databases of smbd, with records in them. */
export function addSambaDatabases(state: FakeState): void {
  const chosen = vectors.filter(({ name }) => NAMES.includes(name));
  for (const vector of [...chosen, session(7), session(8)]) {
    const { key, value } = vector;
    const id = databaseId(vector.database);
    const known = state.databases.some((database) => database.id === id);
    if (!known) {
      state.databases.push({ id, name: vector.database, flags: 0, health: null, seqnum: 0n });
    }
    state.records.set(id, [...state.records.get(id) ?? [], { key, value }]);
  }
}
