/** A parent of a lock helper, for the tests to kill: prints the helper's pid, then sleeps. */
import { denoSpawner } from "../../../lib/loop/mod.ts";
import { LockHelperClient, lockHelperSpawner } from "../../../lib/tdb/mod.ts";
import { bytes } from "../../unit/tdb/support.ts";
import { lockHelperCommand } from "./support.ts";

const client = new LockHelperClient({
  spawn: lockHelperSpawner(denoSpawner, lockHelperCommand),
  defer: queueMicrotask,
});
const lock = client.lock({ path: Deno.args[0]!, flags: 0x1c41, key: bytes("a") }, {
  locked: () => Deno.exit(1),
  failed: () => Deno.exit(1),
  lost: () => Deno.exit(1),
});
Deno.stdout.writeSync(bytes(`${lock.pid}\n`));
setInterval(() => {}, 60_000);
