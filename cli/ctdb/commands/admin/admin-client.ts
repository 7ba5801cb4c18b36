import { type IncomingMessage, request as httpRequest } from "node:http";
import { messageOf } from "../../../../lib/base/mod.ts";
import type { Call } from "../../framework/call.ts";
import { CommandFailure } from "../../framework/failures.ts";

/** The exit status of commands that ask a question and get no answer. */
export const NO_ANSWER = 2;

/** What the admin API of this node answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

/** How to ask. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks the admin API through its Unix socket. Ends the command when nobody is there. */
export async function askAdmin(
  call: Call,
  path: string,
  options: AskOptions = {},
): Promise<AdminAnswer> {
  const response = await openAdmin(call, path, options);
  const parts: Uint8Array[] = [];
  for await (const part of response) parts.push(part as Uint8Array);
  const bytes = await new Blob(parts.map((part) => new Uint8Array(part))).text();
  return { status: response.statusCode ?? 0, text: bytes };
}

/** As {@link askAdmin}; an answer that is no success ends the command with what it says. */
export async function askDocument(
  call: Call,
  path: string,
  options: AskOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await askAdmin(call, path, options);
  const document = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (status === 200) return document;
  throw new CommandFailure(1, String(document.detail ?? `Admin API: status ${status}`));
}

/** The response as it comes in. */
export async function openAdmin(
  call: Call,
  path: string,
  { method = "GET", headers = {}, body }: AskOptions = {},
): Promise<IncomingMessage> {
  const socket = call.paths.socketOf("admin");
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const type = sent === undefined ? {} : { "content-type": "application/json" };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest({
    socketPath: socket,
    path,
    method,
    headers: { connection: "close", ...type, ...headers },
  }, resolve);
  request.on("error", reject);
  call.signal.addEventListener("abort", () => request.destroy(), { once: true });
  request.end(sent);
  try {
    return await promise;
  } catch (error) {
    call.signal.throwIfAborted();
    throw new CommandFailure(
      NO_ANSWER,
      `Ask the admin API: ${socket}: ${messageOf(error)}: does ctdbd of this program run here?`,
    );
  }
}
