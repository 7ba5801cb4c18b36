/** A door that is held until somebody comes costs an API that nobody uses no memory. */
import assert from "node:assert/strict";
import { holdDoor } from "../../../lib/admin/http/late-door.ts";
import { openUnixDoor } from "../../../lib/admin/http/doors.ts";
import { nullLogger } from "../../../lib/base/mod.ts";
import { askAdmin } from "../../support/admin-client.ts";

async function held(open?: (path: string) => Promise<unknown>) {
  const directory = await Deno.makeTempDir({ prefix: "admin-late-" });
  const path = `${directory}/admin.socket`;
  const state = { opened: 0 };
  let real: { close(): Promise<void> } | undefined;
  const door = holdDoor(path, async (behind) => {
    state.opened++;
    await open?.(behind);
    real = await openUnixDoor(behind, {
      fetch: (request) => new Response(new URL(request.url).pathname),
    });
  }, nullLogger);
  return {
    path,
    state,
    async [Symbol.asyncDispose]() {
      await real?.close();
      await door.close();
      assert.deepEqual([...Deno.readDirSync(directory)], []);
      await Deno.remove(directory);
    },
  };
}

Deno.test("a held door is its owner's alone, and nothing is loaded before somebody comes", async () => {
  await using door = await held();
  assert.equal(Deno.statSync(door.path).mode! & 0o777, 0o700);
  assert.equal(door.state.opened, 0);
});

Deno.test("whoever comes first is served, and everybody after that, by one opening", async () => {
  await using door = await held();
  const first = await Promise.all(["/a", "/b", "/c"].map((path) => askAdmin(door.path, path)));
  assert.deepEqual(first.map(({ text }) => text), ["/a", "/b", "/c"]);
  assert.equal((await askAdmin(door.path, "/d")).text, "/d");
  assert.equal(door.state.opened, 1);
  assert.equal(Deno.statSync(door.path).mode! & 0o777, 0o700);
});

Deno.test("a door that could not be opened is tried again with the next visitor", async () => {
  let fails = true;
  await using door = await held(() => fails ? Promise.reject(new Error("no")) : Promise.resolve());
  await assert.rejects(askAdmin(door.path, "/a"));
  fails = false;
  assert.equal((await askAdmin(door.path, "/b")).text, "/b");
  assert.equal(door.state.opened, 2);
});

Deno.test("what a killed daemon has left at the door's place is removed", async () => {
  const directory = await Deno.makeTempDir({ prefix: "admin-late-" });
  const path = `${directory}/admin.socket`;
  Deno.writeTextFileSync(path, "left");
  const door = holdDoor(path, () => Promise.reject(new Error("nobody comes")), nullLogger);
  assert.ok(Deno.statSync(path).isSocket);
  await door.close();
  await Deno.remove(directory, { recursive: true });
});
