/** The lines of `deno task bench pressure` in small: nobody is elected, and few processes start. */
import assert from "node:assert/strict";
import { lines } from "../../bench/pressure/lines/mod.ts";
import { SHORT } from "../../bench/pressure/options.ts";
import { measure } from "../../bench/pressure/run-pressure.ts";
import { ours } from "../../testing/cluster/cluster.ts";
import { succeeds } from "../../testing/process/command.ts";

/** What a line may upset at most. */
interface Upset {
  readonly recoveries: number;
  /** Of all nodes together. */
  readonly processes: number;
}

/** Two that wait for records on each of three nodes. */
const HELPERS = 6;

const UPSET: Readonly<Record<string, Upset>> = {
  "held-file": { recoveries: 0, processes: HELPERS },
  "held-chains": { recoveries: 0, processes: HELPERS },
  "flood": { recoveries: 0, processes: 0 },
  "idle-clients": { recoveries: 0, processes: 0 },
  "sessions": { recoveries: 0, processes: 0 },
  "smb-clients": { recoveries: 0, processes: HELPERS },
  "link-cut": { recoveries: 1, processes: 0 },
  "first-recover": { recoveries: 1, processes: HELPERS },
  "empty-databases": { recoveries: 1, processes: HELPERS },
  "million": { recoveries: 1, processes: HELPERS },
};

for (const [name, most] of Object.entries(UPSET)) {
  const ignore = name === "link-cut" && !linksCanBreak();
  Deno.test({
    ignore,
    name:
      `pressure, ${name}: at most ${most.recoveries} recoveries, ${most.processes} processes, no election`,
    fn: async () => {
      const result = await measure(name, lines[name]!, ours, { sizes: SHORT, realtime: false });
      const told = JSON.stringify(result);
      assert.equal(result.elections, 0, told);
      assert.ok(result.recoveries! <= most.recoveries, told);
      assert.ok(result.started! <= most.processes, told);
      assert.ok(result.ping!.count > 0 && result.fetch!.count > 0, told);
    },
  });
}

/** Only root may break connections, by a program of iproute2. */
function linksCanBreak(): boolean {
  return Deno.uid() === 0 && succeeds(["ss", "-V"]);
}
