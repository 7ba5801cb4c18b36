import type { IncomingMessage, ServerResponse } from "node:http";
import type { OperationContext } from "../api/operation.ts";
import { OPERATIONS } from "../api/operations.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type Door, type Guard, type GuardedRequest, refuseOtherOrigins } from "./guard.ts";
import { prefers } from "./respond.ts";
import { type ReadyBody, ReadyBytes } from "./ready-bytes.ts";
import type { Identity } from "./tokens.ts";

/** What is read as it is, with the same rights and the same documents as by the router. */
interface Ports extends OperationContext {
  readonly guard: Guard;
  readonly metrics: Pick<Metrics, "body">;
  /** Stand in every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads one document. */
type Read = (accept: string | undefined, who: Identity) => Promise<ReadyBody>;

/**
 * What those ask for who look all the time: whole documents and metrics, without parameters. They
 * are answered with bytes that are ready, past the router and without a `Request` and a `Response`,
 * which take three times as long as all the rest. Whatever is not as plain as that, or is not
 * allowed, is the router's.
 */
export class PlainReads {
  readonly #ports: Ports;
  readonly #reads = new Map<string, Read>();
  readonly #ready = new ReadyBytes();

  constructor(ports: Ports) {
    this.#ports = ports;
    for (const { method, path, role, id, run } of OPERATIONS) {
      // An event stream, a part of a path, or more than a viewer's: all that takes thought.
      if (method !== "get" || path.includes("{") || id === "events" || role !== "viewer") continue;
      this.#reads.set(path, async (accept, who) => {
        const document = await run({ params: {}, query: {}, body: {}, who }, ports);
        return this.#ready.of(document as object, accept);
      });
    }
    this.#reads.set("/metrics", (accept) => {
      const open = prefers(accept, "application/openmetrics-text", "text/plain");
      return ports.metrics.body(open ? "openmetrics" : "prometheus");
    });
  }

  /** Whether a request is one for {@link answer}. */
  takes({ method, url, headers }: IncomingMessage): boolean {
    return method === "GET" && url !== undefined && this.#reads.has(url) &&
      headers.origin === undefined && headers["content-length"] === undefined &&
      headers["transfer-encoding"] === undefined;
  }

  /**
   * Answers a request; false when it is the router's to say why not. Rejects when the document
   * cannot be had.
   */
  async answer(request: IncomingMessage, response: ServerResponse, door: Door): Promise<boolean> {
    const asked = guarded(request, door);
    refuseOtherOrigins(asked, false);
    const who = await this.#ports.guard.admit(asked);
    const read = this.#reads.get(request.url ?? "");
    if (who === undefined || read === undefined) return false;
    const { type, bytes } = await read(request.headers.accept, who);
    if (response.destroyed) return true;
    response.writeHead(200, {
      ...this.#ports.headers,
      "cache-control": "no-store",
      "content-type": type,
      "content-length": bytes.length,
      vary: "Accept",
    });
    response.end(bytes);
    return true;
  }
}

function guarded({ headers, socket }: IncomingMessage, door: Door): GuardedRequest {
  const get = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : null;
  };
  return { method: "GET", headers: { get }, door, peer: socket.remoteAddress ?? "" };
}
