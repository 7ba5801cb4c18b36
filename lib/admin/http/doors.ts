import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { CtdbError, type Logger, messageOf, nullLogger } from "../../base/mod.ts";
import type { ListenAddress, TlsFiles } from "../../config/mod.ts";
import { MAX_CONNECTION_REQUESTS, MAX_DOOR_CONNECTIONS } from "../../limits/mod.ts";
import type { RequestBindings } from "./app.ts";
import type { Door } from "./guard.ts";
import type { PlainReads } from "./plain-reads.ts";
import { problemDocument } from "./problem.ts";
import { readTlsFiles } from "./tls-files.ts";
import { sayRefusedHandshake } from "./tls-refusals.ts";

/** Somewhere that the API cannot listen. */
export class ListenError extends CtdbError {}

/** Answers a request. */
export type Fetch = (request: Request, bindings: RequestBindings) => Response | Promise<Response>;

/** Who answers: what is plain, by itself. */
export interface Answering {
  readonly fetch: Fetch;
  readonly plain?: PlainReads;
  /** Where it is said who was refused before there was a request. */
  readonly log?: Pick<Logger, "outside">;
}

/** An open door. */
export interface OpenDoor {
  /** For people: the path, or address and port. */
  readonly name: string;
  readonly port: number | undefined;
  close(): Promise<void>;
}

const LIMITS = {
  /** Of all headers of a request together. */
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 15_000,
} as const;

/** Listens on a Unix socket that only its owner may use. */
export async function openUnixDoor(path: string, answering: Answering): Promise<OpenDoor> {
  await Deno.remove(path).catch(() => {});
  const server = makeServer(answering, { kind: "unix", tls: false }, undefined);
  // From the first moment on: whoever connects is taken for root.
  const before = process.umask(0o077);
  try {
    await listen(server, path, { path });
  } finally {
    process.umask(before);
  }
  await Deno.chmod(path, 0o700);
  return doorOf(server, path, undefined);
}

/** Listens on an address, with TLS when there are files for it. */
export async function openTcpDoor(
  { hostname, port }: ListenAddress,
  tls: TlsFiles | undefined,
  answering: Answering,
): Promise<OpenDoor> {
  const server = makeServer(answering, { kind: "tcp", tls: tls !== undefined }, tls);
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  await listen(server, `${shown}:${port}`, { host: hostname, port });
  const address = server.address();
  const bound = typeof address === "object" ? address?.port : undefined;
  return doorOf(server, `${shown}:${bound ?? port}`, bound);
}

function makeServer(answering: Answering, door: Door, tls: TlsFiles | undefined): Server {
  const listener = listenerOf(answering, door);
  const server = tls === undefined
    ? createServer(LIMITS, listener)
    : createTlsServer({ ...LIMITS, ...tlsOptions(tls) }, listener);
  server.maxConnections = MAX_DOOR_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_CONNECTION_REQUESTS;
  server.on("clientError", refuse);
  const { outside } = answering.log ?? nullLogger;
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    sayRefusedHandshake(error, socket, outside);
    socket.destroy();
  });
  return server;
}

function listenerOf({ fetch, plain }: Answering, door: Door) {
  const failures = new WeakMap<IncomingMessage, Error>();
  const route = getRequestListener((request, env) => {
    const { incoming } = env as { incoming: IncomingMessage };
    const failed = failures.get(incoming);
    const bindings = { door, peer: incoming.socket.remoteAddress ?? "" };
    return fetch(request, failed === undefined ? bindings : { ...bindings, failed });
  }, { overrideGlobalObjects: false });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (hasSecondHost(request)) return refuseSecondHost(response);
    if (plain?.takes(request) === true) {
      try {
        if (await plain.answer(request, response, door)) return;
      } catch (error) {
        failures.set(request, error instanceof Error ? error : new Error(String(error)));
      }
    }
    await route(request, response);
  };
  return (request: IncomingMessage, response: ServerResponse) =>
    void answer(request, response).catch(() => response.destroy());
}

/** One of the two would be taken here, and perhaps the other by a proxy before (RFC 9112, 3.2). */
function hasSecondHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return hosts > 1;
}

function refuseSecondHost(response: ServerResponse): void {
  response.writeHead(400, { "content-type": "application/problem+json", connection: "close" });
  response.end(`${JSON.stringify(problemDocument(400, "There is more than one Host header"))}\n`);
}

function tlsOptions(files: TlsFiles) {
  const texts = readTlsFiles(files);
  return texts.ca === undefined ? texts : { ...texts, requestCert: true, rejectUnauthorized: true };
}

/** What is no HTTP, too long or too slow. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status = error.code === "HPE_HEADER_OVERFLOW"
    ? "431 Request Header Fields Too Large"
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? "408 Request Timeout"
    : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listen(
  server: Server,
  name: string,
  where: { path: string } | { host: string; port: number },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(where, resolve);
  try {
    await promise;
  } catch (error) {
    throw new ListenError(`Listen for the admin API: ${name}: ${messageOf(error)}`);
  }
  server.on("error", () => {});
}

function doorOf(server: Server, name: string, port: number | undefined): OpenDoor {
  return {
    name,
    port,
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}
