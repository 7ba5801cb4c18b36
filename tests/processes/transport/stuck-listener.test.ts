/** A listener that Deno has given up is served all the same. */
import assert from "node:assert/strict";
import net from "node:net";
import { closeNow, peerCredentials } from "../../../lib/transport/socket-ffi.ts";
import { StuckListener } from "../../../lib/transport/stuck-listener.ts";
import { waitFor } from "../../../testing/process/wait.ts";

const CROWD = 3;

/** A copy of the descriptor of a listener whose own loop has not begun to accept. */
function copyOf(server: net.Server): number {
  const handle = Reflect.get(server, "_handle") as { fdForIpc(): number };
  return handle.fdForIpc();
}

/** The connections that Deno takes itself are thrown away here, as if it had given up. */
async function listening(path: string): Promise<net.Server> {
  const server = net.createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  return server;
}

Deno.test("who waits at a listener that nobody serves is let in; a full house is said once", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-stuck-" });
  const path = `${directory}/socket`;
  const server = await listening(path);
  const fd = copyOf(server);
  // The copy goes on when the server has stopped to listen.
  const moved = `${directory}/moved`;
  await Deno.rename(path, moved);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const taken: number[] = [];
  const said: string[] = [];
  let full: string | undefined = "no room";
  const stuck = new StuckListener(fd, {
    full: () => full,
    connected: (accepted) => taken.push(accepted),
    exhausted: (reason) => said.push(reason),
  });
  const crowd = await Promise.all(
    Array.from({ length: CROWD }, () => Deno.connect({ transport: "unix", path: moved })),
  );
  await waitFor("it says that it is full", () => said.length > 0);
  assert.deepEqual(taken, []);
  full = undefined;
  await waitFor("all are let in", () => taken.length === CROWD);
  for (const accepted of taken) assert.equal(peerCredentials(accepted)?.pid, Deno.pid);
  assert.deepEqual(said, ["no room"]);
  stuck.close();
  for (const accepted of taken) closeNow(accepted);
  for (const connection of crowd) connection.close();
  await Deno.remove(directory, { recursive: true });
});
