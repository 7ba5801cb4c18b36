/** A process that has a volatile database open, as a daemon has: with mutexes. Ends with stdin. */
import { openTdb, TdbFlag } from "../../lib/tdb/mod.ts";

const [path = ""] = Deno.args;
const HEADER_BYTES = 24;
const { CLEAR_IF_FIRST, MUTEX_LOCKING, INCOMPATIBLE_HASH } = TdbFlag;
const tdb = openTdb(path, {
  flags: CLEAR_IF_FIRST | MUTEX_LOCKING | INCOMPATIBLE_HASH,
  hashSize: 10007,
});
const value = new Uint8Array(HEADER_BYTES + 1);
value[HEADER_BYTES] = "b".charCodeAt(0);
tdb.store(Uint8Array.of("a".charCodeAt(0)), value);
Deno.stdout.writeSync(new TextEncoder().encode("open\n"));
for await (const _ of Deno.stdin.readable);
