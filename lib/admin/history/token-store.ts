import type { StoredToken, TokenStore } from "../http/tokens.ts";
import { Problem } from "../http/problem.ts";
import type { Kv } from "./history.ts";

/** Tokens in Deno KV, in a file of their own: what happens to history does not lock anybody out. */
export class KvTokenStore implements TokenStore {
  readonly #kv: Kv | undefined;
  readonly #failure: string;

  /** @param failure why there is no store, where there is none */
  constructor(kv: Kv | undefined, failure = "") {
    this.#kv = kv;
    this.#failure = failure;
  }

  async load(): Promise<readonly StoredToken[]> {
    const tokens: StoredToken[] = [];
    if (this.#kv === undefined) return tokens;
    for await (const { value } of this.#kv.list<StoredToken>({ prefix: ["token"] })) {
      tokens.push(value);
    }
    return tokens;
  }

  async put(token: StoredToken): Promise<void> {
    await this.#needed().set(["token", token.id], token);
  }

  async remove(id: string): Promise<void> {
    await this.#needed().delete(["token", id]);
  }

  close(): void {
    this.#kv?.close();
  }

  #needed(): Kv {
    if (this.#kv === undefined) throw new Problem(503, `Tokens cannot be kept: ${this.#failure}`);
    return this.#kv;
  }
}
