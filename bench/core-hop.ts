/**
 * What one hop costs the core alone: three nodes in one process on real TDB files, without sockets.
 * Prints microseconds and allocated bytes a hop, for a record that goes round, an open as smbd makes it,
 * and a message.
 *
 *     deno run -A bench/core-hop.ts [HOPS]
 *
 * With `--cpu-prof --cpu-prof-md` in front it shows where the time goes.
 *
 * @module
 */
import process from "node:process";
import { allocatedPerHop, CoreRing } from "../testing/core-ring.ts";

const hops = Number(Deno.args[0] ?? "100000");
using ring = new CoreRing();

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function measure(what: string, hop: (turn: number) => void): void {
  for (let turn = 0; turn < hops / 4; turn++) hop(turn);
  const before = process.cpuUsage();
  for (let turn = 0; turn < hops; turn++) hop(turn);
  const { user, system } = process.cpuUsage(before);
  const bytes = allocatedPerHop(hop);
  say(
    `${what}: ${(user / hops).toFixed(2)} us user, ${
      (system / hops).toFixed(2)
    } us system, ${bytes} bytes a hop`,
  );
}

for (let round = 0; round < 2; round++) {
  measure("fetch", ring.fetchHop);
  measure("open", ring.openHop);
  measure("message", ring.messageHop);
}
if (ring.replies < 7.5 * hops || ring.messages < 2.5 * hops) {
  throw new Error(
    `${ring.replies} replies of ${7.5 * hops} and ${ring.messages} messages of ${2.5 * hops}`,
  );
}
