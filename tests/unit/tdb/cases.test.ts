import { openMemoryTdb, openTdb } from "../../../lib/tdb/mod.ts";
import { tdbCases } from "./cases.ts";

tdbCases("memory", (flags, hashSize) => openMemoryTdb({ flags, hashSize }));

tdbCases("file", (flags, hashSize) => {
  const directory = Deno.makeTempDirSync({ prefix: "tdb-test-" });
  const tdb = openTdb(`${directory}/case.tdb`, { flags, hashSize });
  // The file lives on without its name until it is closed.
  Deno.removeSync(directory, { recursive: true });
  return tdb;
});
