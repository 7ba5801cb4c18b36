/** Processes that the core starts stand behind it when the processor is short. */
import assert from "node:assert/strict";
import { EventLoop, nativeSpawner } from "../../../lib/loop/mod.ts";

/** Fields of `/proc/PID/stat` behind the name: niceness, and the scheduling policy. */
const NICE_FIELD = 16;
const POLICY_FIELD = 38;
const SCHED_OTHER = "0";

Deno.test("a helper has less priority than who started it, and is of the usual policy", async () => {
  const loop = new EventLoop({
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  let fields: string[] = [];
  const helper = nativeSpawner(loop)(["/bin/cat"], {
    data() {
      fields = statFields(helper.pid);
      helper.kill();
    },
    ended: () => loop.stop(),
  });
  loop.defer(() => helper.write(new TextEncoder().encode("here\n")));
  await loop.run();
  loop.close();
  const own = Number(statFields(Deno.pid)[NICE_FIELD]);
  assert.ok(Number(fields[NICE_FIELD]) > own, `niceness ${fields[NICE_FIELD]}, ours ${own}`);
  assert.equal(fields[POLICY_FIELD], SCHED_OTHER);
});

function statFields(pid: number): string[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
