/** Where the admin API listens: the socket that only root may use, TCP, TLS with and without clients' certificates. */
import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { ListenError, openTcpDoor, openUnixDoor } from "../../../lib/admin/http/doors.ts";
import { askAdmin } from "../../support/admin-client.ts";
import { createLogger, LogLevel } from "../../../lib/base/mod.ts";
import { waitFor } from "../../../testing/process/wait.ts";
import { certificate, FOR_CLIENTS, openssl, signed } from "../../support/certificates.ts";

const answer = (request: Request, { door, peer }: { door: { kind: string }; peer: string }) =>
  new Response(`${door.kind} ${peer} ${new URL(request.url).pathname}`);

async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "admin-doors-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A log of which the lines from outside are kept. */
function logOf(lines: string[]) {
  return createLogger((_level, _subsystem, line) => void lines.push(line), () => LogLevel.NOTICE);
}

/** The text of an answer, or the name of the failure. */
function ask(port: number, ca: string, own?: { cert: string; key: string }): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const read = (path: string) => Deno.readTextFileSync(path);
  const identity = own === undefined ? {} : { cert: read(own.cert), key: read(own.key) };
  const request = httpsRequest({
    host: "127.0.0.1",
    port,
    path: "/x",
    ca: read(ca),
    headers: { connection: "close" },
    ...identity,
  }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => text += part);
    response.on("end", () => resolve(text));
    response.on("error", () => resolve("failed"));
  });
  request.on("error", () => resolve("failed"));
  request.end();
  return promise;
}

Deno.test("the Unix socket is its owner's alone, and takes the place of an old one", async () => {
  await using directory = await temporary();
  const path = `${directory.path}/admin.socket`;
  await Deno.writeTextFile(path, "left by a daemon that was killed");
  const door = await openUnixDoor(path, { fetch: answer });
  try {
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o700);
    assert.equal((await askAdmin(path, "/a")).text, "unix  /a");
    const long = await askAdmin(path, "/a", { headers: { "x-long": "y".repeat(20_000) } });
    assert.equal(long.status, 431);
  } finally {
    await door.close();
  }
});

Deno.test("an address that cannot be had is named", async () => {
  const door = await openTcpDoor({ hostname: "127.0.0.1", port: 0 }, undefined, { fetch: answer });
  try {
    const taken = { hostname: "127.0.0.1", port: door.port! };
    await assert.rejects(
      openTcpDoor(taken, undefined, { fetch: answer }),
      (error) => error instanceof ListenError && error.message.includes(`127.0.0.1:${door.port}: `),
    );
    const { text } = await askAdmin(`127.0.0.1:${door.port}`, "/b");
    assert.equal(text, "tcp 127.0.0.1 /b");
  } finally {
    await door.close();
  }
});

Deno.test({
  name: "TLS, for everybody or for those with a certificate",
  ignore: !openssl,
}, async () => {
  await using directory = await temporary();
  const server = certificate(directory.path, "server");
  const friend = certificate(directory.path, "friend");
  const stranger = certificate(directory.path, "stranger");
  const local = { hostname: "127.0.0.1", port: 0 };
  const files = { certificate: server.cert, key: server.key };
  const everybody = await openTcpDoor(local, files, { fetch: answer });
  const friends = await openTcpDoor(local, { ...files, clientCa: friend.cert }, { fetch: answer });
  try {
    assert.equal(await ask(everybody.port!, server.cert), "tcp 127.0.0.1 /x");
    assert.equal(await ask(friends.port!, server.cert, friend), "tcp 127.0.0.1 /x");
    assert.equal(await ask(friends.port!, server.cert), "failed");
    assert.equal(await ask(friends.port!, server.cert, stranger), "failed");
    const plain = await askAdmin(`127.0.0.1:${everybody.port}`, "/").catch(() => undefined);
    assert.ok(plain === undefined || plain.status === 400, "no HTTP without TLS");
  } finally {
    await everybody.close();
    await friends.close();
  }
  const refuses = (wrong: Partial<typeof files & { clientCa: string }>, reason: RegExp) =>
    assert.rejects(openTcpDoor(local, { ...files, ...wrong }, { fetch: answer }), reason);
  await refuses({ key: `${directory.path}/none` }, /Read TLS file: .*none/);
  await refuses({ key: stranger.key }, /stranger\.key: this is not the key of .*server\.pem/);
  await refuses({ key: server.cert }, /server\.pem: there is no private key/);
  await refuses({ certificate: server.key }, /server\.key: there is no certificate/);
  await refuses({ clientCa: server.key }, /server\.key: there is no certificate/);
});

Deno.test({
  name: "a certificate of the authority gets in; who does not is in the log, with the reason",
  ignore: !openssl,
}, async () => {
  await using directory = await temporary();
  const { path } = directory;
  const server = certificate(path, "server");
  const authority = certificate(path, "authority");
  const other = certificate(path, "other");
  const lines: string[] = [];
  const door = await openTcpDoor(
    { hostname: "127.0.0.1", port: 0 },
    { certificate: server.cert, key: server.key, clientCa: authority.cert },
    { fetch: answer, log: logOf(lines) },
  );
  const refused = async (own: { cert: string; key: string } | undefined, reason: RegExp) => {
    lines.length = 0;
    assert.equal(await ask(door.port!, server.cert, own), "failed");
    await waitFor("it is said", () => lines.length > 0);
    assert.match(lines.join("\n"), reason);
  };
  try {
    const third = signed(path, { name: "third", by: authority, extensions: FOR_CLIENTS });
    assert.equal(await ask(door.port!, server.cert, third), "tcp 127.0.0.1 /x");
    assert.deepEqual(lines, []);
    const first = signed(path, { name: "first", by: authority });
    const hint = /refused the client certificate of "127\.0\.0\.1": .*version 3.*client ca/;
    await refused(first, hint);
    await refused(signed(path, { name: "foreign", by: other, extensions: FOR_CLIENTS }), hint);
    await refused(undefined, /refused "127\.0\.0\.1": it has no certificate/);
    lines.length = 0;
    (await Deno.connect({ port: door.port! })).close();
    await refused(first, hint);
    assert.equal(lines.length, 1, "who goes without a word is worth none");
  } finally {
    await door.close();
  }
});

Deno.test("a request with two Host headers is refused", async () => {
  const door = await openTcpDoor({ hostname: "127.0.0.1", port: 0 }, undefined, { fetch: answer });
  try {
    const status = async (hosts: string) => {
      using connection = await Deno.connect({ port: door.port! });
      const bytes = new TextEncoder().encode(
        `GET /b HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`,
      );
      await connection.write(bytes);
      const text = await new Response(connection.readable).text();
      return /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
    };
    assert.equal(await status("Host: a\r\n"), "200");
    assert.equal(await status("Host: a\r\nhost: b\r\n"), "400");
    assert.equal(await status("Host: a\r\nHost: a\r\n"), "400");
  } finally {
    await door.close();
  }
});
