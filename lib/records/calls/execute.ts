import { CallId, recordValue } from "../../wire/mod.ts";
import { type FetchedRecord, NO_DATA } from "../header.ts";

/** What a built-in call returns; `undefined` when there is no call with that id (`records.md` 6.2). */
export function builtinResult(callid: number, record: FetchedRecord): Uint8Array | undefined {
  switch (callid) {
    case CallId.NULL:
      return NO_DATA;
    case CallId.FETCH:
      return record.data;
    case CallId.FETCH_WITH_HEADER:
      return recordValue(record.header, record.data);
    default:
      return undefined;
  }
}
