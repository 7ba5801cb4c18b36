import { PAGE_ANSWER_LIMIT_MS, STREAM_SILENCE_LIMIT_MS } from "../../limits/mod.ts";
import type { StoryEvent } from "./documents.ts";

/** The API has answered with something else than what was asked for. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const STORED = "ctdb-token";

/** What is said of a failure. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  return "its admin API cannot be reached";
}

/** The API, asked with this tab's token. */
export class Api {
  #token: string | null;
  /** Of the address that `ctdb web` prints: good for a token of this tab's own. */
  #once: string | null;

  constructor() {
    this.#once = new URLSearchParams(location.hash.slice(1)).get("once");
    // It shall not stay in the address bar, nor in the history of the browser.
    if (this.#once !== null) history.replaceState(null, "", location.pathname);
    this.#token = sessionStorage.getItem(STORED);
  }

  /** Uses up the token of the address, if there is one. */
  async begin(): Promise<void> {
    if (this.#once === null) return;
    const headers = { authorization: `Bearer ${this.#once}` };
    const response = await fetch("/session", { method: "POST", headers });
    this.#once = null;
    // One that was used before is of no use: what this tab has may be good still.
    if (response.ok) this.useToken((await response.json() as { token: string }).token);
  }

  useToken(token: string): void {
    this.#token = token;
    sessionStorage.setItem(STORED, token);
  }

  /** @param limit_ms how long the answer may take */
  async get<T>(path: string, limit_ms = PAGE_ANSWER_LIMIT_MS): Promise<T> {
    return await this.#ask(path, { method: "GET", signal: AbortSignal.timeout(limit_ms) }) as T;
  }

  async post(path: string, body?: unknown): Promise<{ readonly output: string }> {
    const more = body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return await this.#ask(path, { method: "POST", ...more }) as { output: string };
  }

  /** Hands events to `take` until the signal; goes on behind the last one when the stream breaks. */
  async follow(
    last: () => number,
    take: (events: StoryEvent[]) => void,
    state: (live: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const headers = { accept: "text/event-stream", "last-event-id": String(last()) };
        const silence = new Silence(STREAM_SILENCE_LIMIT_MS);
        const either = AbortSignal.any([signal, silence.signal]);
        const all = { headers: this.#headers(headers), signal: either };
        const response = await fetch("/v1/events", all);
        if (!response.ok || response.body === null) throw new ApiError(response.status, "stream");
        state(true);
        await readEvents(response.body, take, silence).finally(() => silence.end());
      } catch {
        if (signal.aborted) return;
      }
      state(false);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  async #ask(path: string, init: RequestInit & { headers?: Record<string, string> }) {
    const response = await fetch(path, { ...init, headers: this.#headers(init.headers ?? {}) });
    const document = await response.json().catch(() => ({})) as { detail?: string };
    if (!response.ok) {
      throw new ApiError(response.status, document.detail ?? `status ${response.status}`);
    }
    return document;
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return this.#token === null ? more : { ...more, authorization: `Bearer ${this.#token}` };
  }
}

/** Ends what has said nothing for some time: a connection may hang without being closed. */
class Silence {
  readonly #abort = new AbortController();
  readonly #limit_ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limit_ms: number) {
    this.#limit_ms = limit_ms;
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), this.#limit_ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  take: (events: StoryEvent[]) => void,
  silence: Silence,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    silence.heard();
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    const events = blocks.flatMap((block) => {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      return data === undefined ? [] : [JSON.parse(data) as StoryEvent];
    });
    if (events.length > 0) take(events);
  }
}
