import { type Identity, includesRole, type Role, type Tokens } from "./tokens.ts";
import type { Limiter } from "./limiter.ts";
import { Problem } from "./problem.ts";

/** Where a request came in. */
export interface Door {
  /** Whoever can connect is root: no token is needed. */
  readonly kind: "unix" | "tcp";
  /** Whether the connection is secure, so that a browser may be told to insist. */
  readonly tls: boolean;
}

/** What the guard looks at of a request. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Pick<Headers, "get">;
  readonly door: Door;
  /** The address at the other end; empty for the Unix socket. */
  readonly peer: string;
}

/** A wrong token costs as much as so many requests. */
const WRONG_TOKEN_COST = 10;

/**
 * No page of another origin may ask anything: browsers say where a request comes from, and what
 * comes from elsewhere is refused, also a plain form or image. There is no CORS and no cookie.
 *
 * @throws {Problem} the request is from another origin
 */
export function refuseOtherOrigins({ headers }: GuardedRequest, page: boolean): void {
  const site = headers.get("sec-fetch-site");
  const allowed = site === null || site === "same-origin" || site === "none" ||
    // A link to the dashboard on another page is no harm: the page holds nothing yet.
    (page && headers.get("sec-fetch-mode") === "navigate");
  const origin = headers.get("origin");
  if (allowed && (origin === null || sameOrigin(origin, headers.get("host")))) return;
  throw new Problem(403, "Pages of another origin may not use this API");
}

function sameOrigin(origin: string, host: string | null): boolean {
  try {
    return host !== null && new URL(origin).host === host.toLowerCase();
  } catch {
    return false;
  }
}

/** Finds out who asks, and whether that may. */
export class Guard {
  readonly #tokens: Pick<Tokens, "identify">;
  readonly #limiter: Limiter;

  constructor(tokens: Pick<Tokens, "identify">, limiter: Limiter) {
    this.#tokens = tokens;
    this.#limiter = limiter;
  }

  /** @throws {Problem} the asker asks too often */
  limit(request: GuardedRequest, cost = 1): void {
    if (this.#limiter.take(askerOf(request), cost)) return;
    throw new Problem(429, "Too many requests: ask less often", { "retry-after": "1" });
  }

  /**
   * Who asks, when that has the role.
   *
   * @throws {Problem} there is no token, it is wrong, or its role does not suffice
   */
  async require(request: GuardedRequest, role: Role): Promise<Identity> {
    const who = await this.#identify(request);
    if (includesRole(who.role, role)) return who;
    // Nobody can be given the role `owner`, which is what tokens alone need.
    const need = role === "owner"
      ? "Tokens are managed over the Unix socket of their node only, by root: `ctdb token`"
      : `This needs the role ${role}`;
    throw new Problem(403, `${need}; you have the role ${who.role}`);
  }

  /**
   * Who asks, having paid for one request; undefined for whoever is to be refused, who has not paid.
   */
  async admit(request: GuardedRequest): Promise<Identity | undefined> {
    const { door, headers } = request;
    const token = door.kind === "unix" ? undefined : bearerOf(headers)?.[1];
    if (door.kind === "tcp" && token === undefined) return undefined;
    const who = token === undefined ? localIdentity(headers) : await this.#tokens.identify(token);
    if (who === undefined || !this.#limiter.take(askerOf(request))) return undefined;
    return who;
  }

  async #identify(request: GuardedRequest): Promise<Identity> {
    const { door, headers } = request;
    if (door.kind === "unix") return localIdentity(headers);
    const match = bearerOf(headers);
    const challenge = { "www-authenticate": 'Bearer realm="ctdb"' };
    if (match === null) {
      throw new Problem(401, "A token is needed: `ctdb token create` makes one", challenge);
    }
    const who = await this.#tokens.identify(match[1]!);
    if (who !== undefined) return who;
    this.limit(request, WRONG_TOKEN_COST);
    throw new Problem(401, "The token is wrong, was revoked, or has expired", challenge);
  }
}

function askerOf({ peer, door }: GuardedRequest): string {
  return door.kind === "unix" ? "unix" : peer;
}

function bearerOf(headers: GuardedRequest["headers"]): RegExpExecArray | null {
  return /^Bearer ([!-~]{1,128})$/i.exec(headers.get("authorization") ?? "");
}

function localIdentity(headers: GuardedRequest["headers"]): Identity {
  return { name: localName(headers), role: localRole(headers) };
}

/** Tools that pass requests on through the Unix socket say for whom, and may say for how little. */
export const ON_BEHALF_HEADER = "x-ctdb-on-behalf";
/** See {@link ON_BEHALF_HEADER}. */
export const ROLE_HEADER = "x-ctdb-role";

function localName(headers: GuardedRequest["headers"]): string {
  const name = headers.get(ON_BEHALF_HEADER) ?? "";
  return /^[ -~]{1,64}$/.test(name) ? name : "unix socket";
}

function localRole(headers: GuardedRequest["headers"]): Role {
  const role = headers.get(ROLE_HEADER);
  return role === "viewer" || role === "operator" ? role : "owner";
}
