import { timingSafeEqual } from "node:crypto";
import { CtdbError } from "../../base/mod.ts";
import { MAX_KNOWN_TOKENS, MAX_TOKEN_CHARACTERS } from "../../limits/mod.ts";

/** What somebody may do, the least first. Only the Unix socket, which is root's, makes an owner. */
export const ROLES = ["viewer", "operator", "owner"] as const;

/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Identity {
  /** As it stands in the history: `token monitoring`, `unix socket`. */
  readonly name: string;
  readonly role: Role;
  /** The id of the token that says so; absent at the Unix socket. */
  readonly token?: string;
}

/** Whether a role includes another. */
export function includesRole(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed);
}

/** A token as it is stored: its secret only as a hash. */
export interface StoredToken {
  readonly id: string;
  readonly name: string;
  readonly role: "viewer" | "operator";
  readonly hash: string;
  readonly created_ms: number;
  readonly expires_ms: number | null;
}

/** Where tokens are kept. */
export interface TokenStore {
  load(): Promise<readonly StoredToken[]>;
  put(token: StoredToken): Promise<void>;
  remove(id: string): Promise<void>;
}

/** A token cannot be made. */
export class TokenError extends CtdbError {}

const PREFIX = "ctdb";
const ID_BYTES = 6;
const SECRET_BYTES = 32;
/** Hashed for texts that are no tokens. */
const NO_SECRET = "0".repeat(2 * SECRET_BYTES);
const FORM = /^ctdb_([0-9a-f]{12})_([0-9a-f]{64})$/;

/** Compares two hashes of the same length. */
export type SecretComparison = (a: Uint8Array, b: Uint8Array) => boolean;

/** Bearer tokens: who made a request, and what that may do. */
export class Tokens {
  readonly #store: TokenStore;
  readonly #now_ms: () => number;
  readonly #isSame: SecretComparison;
  readonly #known = new Map<string, StoredToken>();
  /** Compared with when there is no such token, so that both take the same time. */
  readonly #nobody = randomHex(32);

  private constructor(store: TokenStore, now_ms: () => number, isSame: SecretComparison) {
    this.#store = store;
    this.#now_ms = now_ms;
    this.#isSame = isSame;
  }

  /** @param isSame compares hashes, in the same time wherever they differ */
  static async load(
    store: TokenStore,
    now_ms: () => number = Date.now,
    isSame: SecretComparison = timingSafeEqual,
  ): Promise<Tokens> {
    const tokens = new Tokens(store, now_ms, isSame);
    for (const token of await store.load()) tokens.#known.set(token.id, token);
    return tokens;
  }

  /** All tokens that have not expired. */
  list(): readonly StoredToken[] {
    return [...this.#known.values()].filter((token) => !this.#hasExpired(token));
  }

  /**
   * Makes a token. The text is told once: only its hash is kept.
   *
   * @throws {TokenError} there are too many
   */
  async create(
    wish: { name: string; role: "viewer" | "operator"; expires_s: number | null },
  ): Promise<{ readonly token: StoredToken; readonly text: string }> {
    await this.#removeExpired();
    if (this.#known.size >= MAX_KNOWN_TOKENS) {
      throw new TokenError(`Create a token: there are ${MAX_KNOWN_TOKENS} already: revoke some`);
    }
    const id = randomHex(ID_BYTES);
    const secret = randomHex(SECRET_BYTES);
    const now_ms = this.#now_ms();
    const token: StoredToken = {
      id,
      name: wish.name,
      role: wish.role,
      hash: (await hashOf(secret)).toHex(),
      created_ms: now_ms,
      expires_ms: wish.expires_s === null ? null : now_ms + wish.expires_s * 1000,
    };
    await this.#store.put(token);
    this.#known.set(id, token);
    return { token, text: `${PREFIX}_${id}_${secret}` };
  }

  /** Whether there was such a token. */
  async revoke(id: string): Promise<boolean> {
    if (!this.#known.delete(id)) return false;
    await this.#store.remove(id);
    return true;
  }

  /**
   * Who a token belongs to; undefined when it is none, or has expired. Whatever is given, one hash of
   * as many characters is made and compared once: how long that takes tells nothing. The id of a
   * token, by which it is found, is no secret.
   */
  async identify(text: string): Promise<Identity | undefined> {
    const match = FORM.exec(text.length > MAX_TOKEN_CHARACTERS ? "" : text);
    const found = match === null ? undefined : this.#known.get(match[1]!);
    const hash = await hashOf(match?.[2] ?? NO_SECRET);
    const expected = Uint8Array.fromHex(found?.hash ?? this.#nobody);
    const same = this.#isSame(hash, expected);
    if (!same || found === undefined || this.#hasExpired(found)) return undefined;
    const { id, name, role } = found;
    return { name: `token ${name === "" ? id : name}`, role, token: id };
  }

  /** Whether who was identified may still ask: a token can have been revoked, or have expired. */
  stillHolds({ token }: Identity): boolean {
    if (token === undefined) return true;
    const known = this.#known.get(token);
    return known !== undefined && !this.#hasExpired(known);
  }

  #hasExpired({ expires_ms }: StoredToken): boolean {
    return expires_ms !== null && expires_ms <= this.#now_ms();
  }

  async #removeExpired(): Promise<void> {
    for (const token of [...this.#known.values()]) {
      if (this.#hasExpired(token)) await this.revoke(token.id);
    }
  }
}

/** A token as documents show it. */
export function tokenDocument({ id, name, role, created_ms, expires_ms }: StoredToken) {
  return {
    id,
    name,
    role,
    created_at: new Date(created_ms).toISOString(),
    expires_at: expires_ms === null ? null : new Date(expires_ms).toISOString(),
  };
}

async function hashOf(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}

/** Random bytes in hex. */
export function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
