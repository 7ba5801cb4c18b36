import { createHash, timingSafeEqual } from "node:crypto";
import { MAX_WEB_SESSIONS } from "../../../../lib/limits/mod.ts";

const TOKEN_BYTES = 32;

/**
 * Who may use `ctdb web`: the token of the address works once, and whoever comes with it gets one of
 * their own. So an address that is seen later, on a screen or in a log, opens nothing.
 */
export class WebTokens {
  #once = newToken();
  readonly #sessions: Uint8Array[] = [];

  /** The token that works once, now. */
  get once(): string {
    return this.#once;
  }

  /** Takes the token that works once: another one takes its place. Undefined for a wrong one. */
  exchange(given: string): string | undefined {
    if (!isSame(hashOf(given), hashOf(this.#once))) return undefined;
    this.#once = newToken();
    const session = newToken();
    this.#sessions.push(hashOf(session));
    if (this.#sessions.length > MAX_WEB_SESSIONS) this.#sessions.shift();
    return session;
  }

  /** Whether a token was given out by {@link exchange}. */
  knows(given: string): boolean {
    const hash = hashOf(given);
    // All of them, so that it takes as long wherever the one is.
    return this.#sessions.map((session) => isSame(hash, session)).includes(true);
  }
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
}

/** Always as long, and no more alike for texts that are: so a comparison tells nothing. */
function hashOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(a, b);
}
