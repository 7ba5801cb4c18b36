/** `ctdb web`: the dashboard of this node on a loopback address, without any configuration. @module */
import { timingSafeEqual } from "node:crypto";
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

export const commands = { web } satisfies Record<string, LocalCommand>;

const USUAL_ADDRESS = "127.0.0.1:9980";
const TOKEN_BYTES = 32;
const LIMITS = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000 } as const;
/** What the page itself is made of holds nothing, and is given to anybody. */
const PAGE = new Set(["/", "/page.js", "/page.css"]);
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
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
  const role = call.flag("read-only") ? "viewer" : "operator";
  const { hostname, port } = await serve(call, address, token, role);
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  call.io.stdout(`http://${shown}:${port}/#token=${token}\n`);
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

async function serve(call: Call, address: ListenAddress, token: string, role: string) {
  const { hostname, port } = address;
  const own = new Set<string>();
  const server = createServer(LIMITS, (request, response) => {
    const status = refusal(request, token, own);
    if (status === undefined) return pass(call, request, response, role);
    response.writeHead(status, { "content-type": "application/problem+json" });
    const detail = "The address of `ctdb web` has the token that is needed";
    response.end(JSON.stringify({ type: "about:blank", title: "Refused", status, detail }));
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
  own.add(`${hostname.includes(":") ? `[${hostname}]` : hostname}:${actual}`);
  own.add(`localhost:${actual}`);
  return { hostname, port: actual };
}

/** The status that a request is refused with; undefined for one that is passed on. */
function refusal(
  { url = "/", headers }: IncomingMessage,
  token: string,
  own: ReadonlySet<string>,
): number | undefined {
  if (!own.has((headers.host ?? "").toLowerCase())) return 403;
  if (PAGE.has(url.split("?", 1)[0]!)) return undefined;
  const given = /^Bearer ([0-9a-f]{1,128})$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  return isSame(given, token) ? undefined : 401;
}

/** Takes the same time wherever the difference is. */
function isSame(given: string, token: string): boolean {
  const bytes = (text: string) => new TextEncoder().encode(text.padEnd(128).slice(0, 128));
  return timingSafeEqual(bytes(given), bytes(token));
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
