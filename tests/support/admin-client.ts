import { request as httpRequest } from "node:http";
import { within } from "../../testing/process/wait.ts";

/** What an HTTP request came to. */
export interface AdminAnswer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** What stands in a JSON document at some names behind each other. */
  at(...names: readonly (string | number)[]): unknown;
}

/** How to ask. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks the admin API of a node, through its Unix socket or an address `127.0.0.1:PORT`. */
export async function askAdmin(
  door: string,
  path: string,
  { method = "GET", headers = {}, body }: AskOptions = {},
): Promise<AdminAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<AdminAnswer>();
  const [host, port] = door.startsWith("/") ? [undefined, undefined] : door.split(":");
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const request = httpRequest({
    ...(host === undefined ? { socketPath: door } : { host, port: Number(port) }),
    path,
    method,
    headers: {
      connection: "close",
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  }, (response) => {
    const parts: Uint8Array[] = [];
    response.on("data", (part: Uint8Array) => parts.push(new Uint8Array(part)));
    response.on("error", reject);
    response.on("end", () => {
      const bytes = concat(parts);
      const text = new TextDecoder().decode(bytes);
      const type = String(response.headers["content-type"] ?? "");
      const at = (...names: readonly (string | number)[]) =>
        names.reduce<unknown>(
          (value, name) => (value as Record<string | number, unknown>)?.[name],
          JSON.parse(text),
        );
      resolve({ status: response.statusCode ?? 0, type, bytes, text, at });
    });
  });
  request.on("error", reject);
  request.end(sent);
  return await within(`an answer to ${method} ${path}`, promise);
}

/** One server-sent event. */
export interface StreamedEvent {
  readonly id: number;
  readonly node: number;
  readonly kind: string;
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Follows the events of a node until it is disposed of. */
export class EventFollower implements Disposable {
  readonly events: StreamedEvent[] = [];
  readonly #close: () => void;

  constructor(socket: string, headers: Readonly<Record<string, string>> = {}) {
    let rest = "";
    const request = httpRequest({
      socketPath: socket,
      path: "/v1/events",
      headers: { accept: "text/event-stream", ...headers },
    }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        const blocks = (rest + part).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined) this.events.push(JSON.parse(data));
        }
      });
      response.on("error", () => {});
    });
    request.on("error", () => {});
    request.end();
    this.#close = () => request.destroy();
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
