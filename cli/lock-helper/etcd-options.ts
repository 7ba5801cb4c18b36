import { CtdbError } from "../../lib/base/mod.ts";
import type { GatewayOptions } from "../../lib/cluster-lock/mod.ts";
import { MAX_ETCD_LEASE_S } from "../../lib/limits/mod.ts";

/** What the command line asks for. */
export interface EtcdHelperOptions {
  endpoints: string[];
  key: string;
  ttl_s: number;
  timeout_s: number;
  tls: NonNullable<GatewayOptions["tls"]>;
  user: GatewayOptions["user"];
}

/** A quarter of a lease is kept unused; it must cover the time in which etcd elects a leader. */
const MIN_TTL_S = 4;
const DEFAULT_TTL_S = 10;
const DEFAULT_TIMEOUT_S = 10;

/** Printed to standard error on a mistake. */
export const etcdUsage = `Usage: ctdb_mutex_etcd_helper [OPTION]... <endpoint>[,<endpoint>]... <key>
  options:
    --ttl=<seconds>          Lease of the lock: ${MIN_TTL_S} to ${MAX_ETCD_LEASE_S}, default ${DEFAULT_TTL_S}
    --timeout=<seconds>      How long to try to reach etcd, default ${DEFAULT_TIMEOUT_S}
    --cacert=<file>          Certificate of the authority that signed etcd's
    --cert=<file>            Certificate to show to etcd, with
    --key=<file>             its key
    --user=<name>            User of etcd, with
    --password-file=<file>   the file whose first line is the password
`;

const NAMES = ["ttl", "timeout", "cacert", "cert", "key", "user", "password-file"];

/** What is wrong with the command line, or with a file that it names. */
export class EtcdOptionsError extends CtdbError {}

/**
 * Reads the command line and the files that it names.
 *
 * @throws {EtcdOptionsError} with an empty message if the usage alone says what is wrong
 */
export function parseEtcdOptions(args: readonly string[]): EtcdHelperOptions {
  const given = new Map<string, string>();
  const words: string[] = [];
  for (const word of args) {
    if (!word.startsWith("-")) {
      words.push(word);
      continue;
    }
    const [, name = "", value] = /^--([a-z-]+)=(.+)$/.exec(word) ?? [];
    if (!NAMES.includes(name) || value === undefined) {
      throw new EtcdOptionsError(`Invalid option: ${word}`);
    }
    given.set(name, value);
  }
  const [endpoints, key, ...more] = words;
  if (endpoints === undefined || key === undefined || key === "" || more.length > 0) {
    throw new EtcdOptionsError("");
  }
  return {
    endpoints: parseEndpoints(endpoints),
    key,
    ttl_s: seconds(given, "ttl", DEFAULT_TTL_S, MIN_TTL_S),
    timeout_s: seconds(given, "timeout", DEFAULT_TIMEOUT_S, 1),
    tls: readTls(given),
    user: readUser(given),
  };
}

function parseEndpoints(list: string): string[] {
  return list.split(",").map((text) => {
    const url = URL.parse(text);
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      throw new EtcdOptionsError(`Invalid endpoint, no http or https URL: ${text}`);
    }
    return url.origin;
  });
}

function seconds(
  given: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  min: number,
): number {
  const text = given.get(name);
  if (text === undefined) return fallback;
  const value = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (value >= min && value <= MAX_ETCD_LEASE_S) return value;
  throw new EtcdOptionsError(
    `Invalid --${name}, not ${min} to ${MAX_ETCD_LEASE_S} seconds: ${text}`,
  );
}

function readTls(given: ReadonlyMap<string, string>): EtcdHelperOptions["tls"] {
  if (given.has("cert") !== given.has("key")) {
    throw new EtcdOptionsError("--cert and --key go together");
  }
  const tls: EtcdHelperOptions["tls"] = {};
  const [caCert, cert, key] = ["cacert", "cert", "key"].map((name) => readFile(given.get(name)));
  if (caCert !== undefined) tls.caCert = caCert;
  if (cert !== undefined) tls.cert = cert;
  if (key !== undefined) tls.key = key;
  return tls;
}

function readUser(given: ReadonlyMap<string, string>): EtcdHelperOptions["user"] {
  const name = given.get("user");
  const password = readFile(given.get("password-file"))?.split("\n", 1)[0];
  if ((name === undefined) !== (password === undefined)) {
    throw new EtcdOptionsError("--user and --password-file go together");
  }
  return name === undefined || password === undefined ? undefined : { name, password };
}

function readFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    throw new EtcdOptionsError(`Unable to read file: ${path}`);
  }
}
