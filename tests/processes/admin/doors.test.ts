/** Where the admin API listens: the socket that only root may use, TCP, TLS with and without clients' certificates. */
import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { ListenError, openTcpDoor, openUnixDoor } from "../../../lib/admin/http/doors.ts";
import { askAdmin } from "../../support/admin-client.ts";
import { mustRun, succeeds } from "../../../testing/process/command.ts";

const openssl = succeeds(["openssl", "version"]);

const answer = (request: Request, { door, peer }: { door: { kind: string }; peer: string }) =>
  new Response(`${door.kind} ${peer} ${new URL(request.url).pathname}`);

async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "admin-doors-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A self-signed certificate, which is its own authority. */
function certificate(directory: string, name: string): { cert: string; key: string } {
  const [cert, key] = [`${directory}/${name}.pem`, `${directory}/${name}.key`];
  mustRun([
    ...[
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
    ],
    ...["-days", "2", "-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", key, "-out", cert],
  ]);
  return { cert, key };
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
