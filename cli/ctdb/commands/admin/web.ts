/** `ctdb web`: the dashboard of this node on a loopback address, without any configuration. @module */
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from "node:http";
import { messageOf } from "../../../../lib/base/mod.ts";
import { type ListenAddress, parseListenAddress } from "../../../../lib/config/mod.ts";
import { MAX_WEB_DOOR_CONNECTIONS } from "../../../../lib/limits/mod.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommand } from "../../framework/command.ts";
import { askAdmin } from "./admin-client.ts";
import { WebTokens } from "./web-tokens.ts";

export const commands = { web } satisfies Record<string, LocalCommand>;

const USUAL_ADDRESS = "127.0.0.1:9980";
const LIMITS = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000 } as const;
/** What the page itself is made of holds nothing, and is given to anybody. */
const PAGE = new Set(["/", "/page.js", "/page.css"]);
/** Where the page gets a token for the one of the address. */
const SESSION = "/session";
/** Headers that concern one connection, or that the daemon must hear from us only. */
const NOT_PASSED_ON = [
  "connection",
  "host",
  "authorization",
  "x-ctdb-on-behalf",
  "x-ctdb-role",
  "transfer-encoding",
  "upgrade",
];

async function web(call: Call): Promise<number> {
  const address = listenAddress(call);
  await askAdmin(call, "/livez");
  const role = call.flag("read-only") ? "viewer" : "operator";
  await serve(call, address, role);
  await new Promise((_, reject) =>
    call.signal.addEventListener("abort", () => reject(call.signal.reason), { once: true })
  );
  return 0;
}

function listenAddress(call: Call): ListenAddress {
  const text = call.flagValue("listen") ?? USUAL_ADDRESS;
  let address: ListenAddress;
  try {
    address = parseListenAddress(text);
  } catch (error) {
    return call.fail(1, messageOf(error).replace("[admin] listen", "--listen"));
  }
  if (address.hostname === "::1" || address.hostname.startsWith("127.")) return address;
  return call.fail(
    1,
    `--listen=${text}: only loopback addresses: what is beyond needs [admin] listen with TLS`,
  );
}

async function serve(call: Call, { hostname, port }: ListenAddress, role: string) {
  const own = new Set<string>();
  const tokens = new WebTokens();
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  const tellAddress = () => {
    const { port } = server.address() as { port: number };
    call.io.stdout(`http://${shown}:${port}/#once=${tokens.once}\n`);
  };
  const server = createServer(LIMITS, (request, response) => {
    if (!own.has((request.headers.host ?? "").toLowerCase())) return refuse(response, 403);
    const path = (request.url ?? "/").split("?", 1)[0]!;
    if (path === SESSION) return openSession(request, response, tokens, tellAddress);
    if (!PAGE.has(path) && !tokens.knows(givenToken(request))) return refuse(response, 401);
    pass(call, request, response, role);
  });
  server.maxConnections = MAX_WEB_DOOR_CONNECTIONS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: hostname, port }, resolve);
  try {
    await promise;
  } catch (error) {
    return call.fail(1, `Listen: ${hostname}:${port}: ${messageOf(error)}`);
  }
  call.signal.addEventListener("abort", () => {
    server.close();
    server.closeAllConnections();
  }, { once: true });
  const bound = server.address();
  const actual = typeof bound === "object" && bound !== null ? bound.port : port;
  // By another name a page of elsewhere could reach this port as its own.
  own.add(`${shown}:${actual}`);
  own.add(`localhost:${actual}`);
  tellAddress();
}

/** The token of the address for one of the browser's own; the next browser gets another address. */
function openSession(
  request: IncomingMessage,
  response: ServerResponse,
  tokens: WebTokens,
  tellAddress: () => void,
): void {
  const fromElsewhere = !["same-origin", undefined].includes(siteOf(request));
  if (request.method !== "POST" || fromElsewhere) return refuse(response, 403);
  const token = tokens.exchange(givenToken(request));
  if (token === undefined) return refuse(response, 401);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ token }));
  try {
    tellAddress();
  } catch {
    // Nobody reads what we print any more: there will be no other browser, and this one goes on.
  }
}

function siteOf({ headers }: IncomingMessage): string | undefined {
  return headers["sec-fetch-site"]?.toString();
}

function givenToken({ headers }: IncomingMessage): string {
  return /^Bearer ([0-9a-f]{64})$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/problem+json" });
  const detail = "The address that `ctdb web` prints opens this page, once: take the last one";
  response.end(JSON.stringify({ type: "about:blank", title: "Refused", status, detail }));
}

/** Hands a request to the daemon, and its answer back as it comes. */
function pass(call: Call, request: IncomingMessage, response: ServerResponse, role: string): void {
  const headers = { ...request.headers };
  for (const name of NOT_PASSED_ON) delete headers[name];
  const onward = httpRequest({
    socketPath: call.paths.socketOf("admin"),
    path: request.url ?? "/",
    method: request.method ?? "GET",
    headers: {
      ...headers,
      host: request.headers.host ?? "",
      connection: "close",
      "x-ctdb-on-behalf": "ctdb web",
      "x-ctdb-role": role,
    },
  }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(503, { "content-type": "application/problem+json" });
    const detail = "The daemon does not answer";
    response.end(JSON.stringify({ type: "about:blank", title: "Away", status: 503, detail }));
  });
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}
