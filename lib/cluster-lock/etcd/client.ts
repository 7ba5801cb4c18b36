import { type EtcdApi, EtcdRefusedError, EtcdUnavailableError } from "./api.ts";
import type { EtcdLease, KeyOwner, KeyState } from "./api.ts";
import type { EtcdGateway } from "./gateway.ts";
import { field, firstOf, numberField, textField } from "./json.ts";

/** {@link EtcdApi} over the JSON gateway. */
export class EtcdClient implements EtcdApi {
  readonly #gateway: Pick<EtcdGateway, "call" | "stream">;

  constructor(gateway: Pick<EtcdGateway, "call" | "stream">) {
    this.#gateway = gateway;
  }

  async grantLease(ttl_s: number): Promise<EtcdLease> {
    const answer = await this.#gateway.call("lease/grant", { TTL: String(ttl_s) });
    const lease = { id: textField(answer, "ID"), ttl_s: Number(numberField(answer, "TTL")) };
    if (lease.id === "" || lease.ttl_s <= 0) {
      throw new EtcdRefusedError(`grant lease of ${ttl_s} s: ${textField(answer, "error")}`);
    }
    return lease;
  }

  async keepAlive(lease: string): Promise<number> {
    const answer = await this.#gateway.call("lease/keepalive", { ID: lease });
    const result = field(answer, "result");
    if (result === undefined) throw streamError("keep lease alive", answer);
    return Number(numberField(result, "TTL"));
  }

  async revokeLease(lease: string): Promise<void> {
    try {
      await this.#gateway.call("lease/revoke", { ID: lease });
    } catch (error) {
      if (!(error instanceof EtcdRefusedError)) throw error;
      // It ran out, or an earlier request whose answer was lost has ended it.
    }
  }

  async createKey(key: string, value: string, lease: string): Promise<KeyState> {
    const name = encode(key);
    const read = { request_range: { key: name } };
    const answer = await this.#gateway.call("kv/txn", {
      compare: [{ key: name, target: "CREATE", result: "EQUAL", create_revision: "0" }],
      success: [{ request_put: { key: name, value: encode(value), lease } }, read],
      failure: [read],
    });
    const responses = field(answer, "responses");
    const last: unknown = Array.isArray(responses) ? responses.at(-1) : undefined;
    return keyState(field(last, "response_range"), field(answer, "header"));
  }

  async readKey(key: string): Promise<KeyState> {
    const answer = await this.#gateway.call("kv/range", { key: encode(key) });
    return keyState(answer, field(answer, "header"));
  }

  async nextChange(key: string, revision: bigint, signal: AbortSignal): Promise<void> {
    const create = { key: encode(key), start_revision: String(revision + 1n) };
    const answers = this.#gateway.stream("watch", { create_request: create }, signal);
    for await (const answer of answers) {
      const result = field(answer, "result");
      if (result === undefined) throw streamError("watch key", answer);
      if (firstOf(result, "events") !== undefined) return;
      if (field(result, "canceled") === true) throw streamError("watch key", result);
    }
    throw new EtcdUnavailableError(`watch key "${key}": stream ended`);
  }
}

function keyState(range: unknown, header: unknown): KeyState {
  if (range === undefined || header === undefined) {
    throw new EtcdUnavailableError("read answer of etcd: no key in it");
  }
  const found = firstOf(range, "kvs");
  return {
    revision: numberField(header, "revision"),
    owner: found === undefined ? undefined : keyOwner(found),
  };
}

function keyOwner(found: unknown): KeyOwner {
  return {
    createRevision: numberField(found, "create_revision"),
    lease: textField(found, "lease"),
    value: decode(textField(found, "value")),
  };
}

/** What a stream says instead of a result. */
function streamError(action: string, answer: unknown): Error {
  const reason = field(field(answer, "error"), "message") ?? field(answer, "cancel_reason");
  return new EtcdUnavailableError(`${action}: ${reason ?? "no result"}`);
}

/** Keys and values are bytes, which JSON has none of. */
function encode(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function decode(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(text));
  } catch {
    throw new EtcdUnavailableError(`read answer of etcd: no base64: ${text.slice(0, 40)}`);
  }
}
