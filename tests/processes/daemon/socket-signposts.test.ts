import assert from "node:assert/strict";
import { createLogger, LogLevel } from "../../../lib/base/mod.ts";
import { SocketSignposts } from "../../../lib/daemon/edge/socket-signposts.ts";

Deno.test("a link leads to the daemon's socket from where others look, and goes with the daemon", () => {
  const directory = Deno.makeTempDirSync();
  const lines: string[] = [];
  const log = createLogger((_level, _name, text) => lines.push(text), () => LogLevel.INFO);
  const socket = `${directory}/run/ctdbd.socket`;
  const place = `${directory}/samba/ctdb/ctdbd.socket`;
  const signposts = () => new SocketSignposts(socket, [place], log);
  try {
    signposts().put();
    assert.equal(Deno.readLinkSync(place), socket);
    // The next one finds what a daemon has left that was killed.
    const next = signposts();
    next.put();
    assert.equal(Deno.readLinkSync(place), socket);
    next.remove();
    assert.throws(() => Deno.lstatSync(place), Deno.errors.NotFound);
    next.remove();
    assert.equal(lines.length, 0);

    Deno.writeTextFileSync(place, "of another daemon");
    next.put();
    next.remove();
    assert.equal(Deno.readTextFileSync(place), "of another daemon");
    assert.equal(lines.length, 1);
    assert.ok(lines.join().includes(place), lines.join());

    new SocketSignposts(socket, [`${place}/no/ctdbd.socket`], log).put();
    assert.equal(lines.length, 2);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
