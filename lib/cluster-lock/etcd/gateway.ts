import { messageOf } from "../../base/mod.ts";
import { MAX_ETCD_ANSWER_BYTES } from "../../limits/mod.ts";
import { EtcdRefusedError, EtcdUnavailableError } from "./api.ts";
import { field, parseJson, textField } from "./json.ts";

/** Where etcd is and how to talk to it. */
export interface GatewayOptions {
  /** URLs of the members, such as `https://10.0.0.1:2379`; any of them will do. */
  endpoints: readonly string[];
  /** How long one member may take to answer. */
  request_ms: number;
  tls?: { caCert?: string; cert?: string; key?: string };
  user?: { name: string; password: string };
}

/** The numbers of gRPC for errors that say nothing about the request. */
const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([1, 4, 8, 10, 13, 14]);
const UNAUTHENTICATED = 16;

/** etcd's JSON gateway to its gRPC services, version 3: `POST /v3/...`. */
export class EtcdGateway implements Disposable {
  readonly #options: GatewayOptions;
  readonly #client: Deno.HttpClient;
  /** The member that answered last. */
  #current = 0;
  #token: string | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { caCert, cert, key } = options.tls ?? {};
    this.#client = Deno.createHttpClient({
      ...(caCert === undefined ? {} : { caCerts: [caCert] }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    });
  }

  /**
   * Asks one member after the other until one answers.
   *
   * @throws {EtcdUnavailableError} no member answered; one may still have done what was asked
   * @throws {EtcdRefusedError} the answer was an error
   */
  async call(path: string, body: unknown): Promise<unknown> {
    let failure: unknown;
    for (const endpoint of this.#inOrder()) {
      try {
        const answer = await this.#authenticated(endpoint, () => this.#ask(endpoint, path, body));
        this.#current = this.#options.endpoints.indexOf(endpoint);
        return answer;
      } catch (error) {
        if (!(error instanceof EtcdUnavailableError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Sends a request whose answer goes on, and hands out its lines until it ends or is aborted. */
  async *stream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<unknown> {
    const endpoint = this.#inOrder()[0] ?? "";
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener("abort", abort);
    try {
      signal.throwIfAborted();
      const response = await this.#authenticated(
        endpoint,
        () => this.#request(endpoint, path, body, stop.signal),
      );
      yield* readLines(response, endpoint);
    } finally {
      signal.removeEventListener("abort", abort);
      stop.abort();
    }
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  /** The members, beginning with the one that answered last. */
  #inOrder(): string[] {
    const { endpoints } = this.#options;
    return [...endpoints.slice(this.#current), ...endpoints.slice(0, this.#current)];
  }

  /** Tokens run out: an answer that says so is a reason to log in and ask once more. */
  async #authenticated<T>(endpoint: string, ask: () => Promise<T>): Promise<T> {
    if (this.#options.user === undefined) return await ask();
    if (this.#token === undefined) await this.#logIn(endpoint);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EtcdLoginError)) throw error;
      await this.#logIn(endpoint);
      return await ask();
    }
  }

  async #logIn(endpoint: string): Promise<void> {
    this.#token = undefined;
    const answer = await this.#ask(endpoint, "auth/authenticate", this.#options.user);
    this.#token = textField(answer, "token");
  }

  async #ask(endpoint: string, path: string, body: unknown): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.#options.request_ms);
    try {
      const response = await this.#request(endpoint, path, body, timeout);
      // A stream of which one line is wanted (keepalive) answers as a plain call does.
      for await (const line of readLines(response, endpoint)) return line;
    } catch (error) {
      if (error instanceof EtcdRefusedError || error instanceof EtcdUnavailableError) throw error;
      throw new EtcdUnavailableError(`ask etcd at ${endpoint}: ${messageOf(error)}`);
    }
    throw new EtcdUnavailableError(`ask etcd at ${endpoint}: answer ended`);
  }

  /** Sends a request; the answer is good once its head has come. */
  async #request(
    endpoint: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (this.#token !== undefined) headers["authorization"] = this.#token;
    const response = await fetch(`${endpoint}/v3/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal,
      client: this.#client,
    });
    if (!response.ok) throw await refusal(response, endpoint);
    return response;
  }
}

/** The token is not, or no longer, good. */
class EtcdLoginError extends EtcdRefusedError {}

async function refusal(response: Response, endpoint: string): Promise<Error> {
  let code: unknown;
  let message: unknown;
  for await (const line of readLines(response, endpoint)) {
    code = field(line, "code");
    message = field(line, "message");
    break;
  }
  const text = `ask etcd at ${endpoint}: ${message ?? `HTTP status ${response.status}`}`;
  if (code === UNAUTHENTICATED) return new EtcdLoginError(text);
  const unavailable = typeof code === "number"
    ? UNAVAILABLE_CODES.has(code)
    : response.status >= 500;
  return unavailable ? new EtcdUnavailableError(text) : new EtcdRefusedError(text);
}

/** The JSON values of an answer, one per line; text behind the last newline is one, too. */
async function* readLines(response: Response, endpoint: string): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let held = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    held += decoder.decode(chunk, { stream: true });
    size += chunk.length;
    for (let end; (end = held.indexOf("\n")) >= 0; held = held.slice(end + 1)) {
      size = 0;
      if (end > 0) yield parseJson(held.slice(0, end), endpoint);
    }
    if (size > MAX_ETCD_ANSWER_BYTES) {
      throw new EtcdUnavailableError(`ask etcd at ${endpoint}: answer longer than ${size} bytes`);
    }
  }
  if (held !== "") yield parseJson(held, endpoint);
}
