/** Holds chains of a database one after the other: `hold-chains.ts FILE FLAGS KEY...`; ends with stdin. */
import { openTdb, TdbOpenFlag } from "../../../lib/tdb/mod.ts";

const HELD_MS = 500;
const PAUSE_MS = 20;

const [path = "", flags = "0", ...texts] = Deno.args;
const keys = texts.map((text) => new TextEncoder().encode(text));
const tdb = openTdb(path, { flags: Number(flags), openFlags: TdbOpenFlag.RDWR });
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const pause = (time_ms: number) => new Promise((resolve) => setTimeout(resolve, time_ms));

let ended = false;
say("open");
const input = Deno.stdin.readable.getReader();
await input.read();
void input.read().then(() => void (ended = true));
say("holding");
for (let i = 0; !ended; i++) {
  const key = keys[i % keys.length]!;
  tdb.chainLock(key);
  await pause(HELD_MS);
  tdb.chainUnlock(key);
  await pause(PAUSE_MS);
}
tdb.close();
