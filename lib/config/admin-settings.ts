import { MAX_LISTEN_ADDRESSES } from "../limits/mod.ts";
import { ConfigError } from "./errors.ts";

/** Where the admin API listens with TCP. */
export interface ListenAddress {
  /** Canonical or not, without brackets. */
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Certificate and key, and whose client certificates are asked for. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** A configuration that would leave the API open, or that means nothing. */
export class AdminSettingsError extends ConfigError {}

/** The section `[admin]` as it is written. */
export interface AdminConf {
  /** Addresses with ports, with spaces or commas between. */
  readonly listen: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly clientCa: string | undefined;
  readonly historyDays: number;
  readonly historySize_mb: number;
}

/** The section `[admin]`, understood. */
export interface AdminSettings {
  readonly listen: readonly ListenAddress[];
  readonly tls: TlsFiles | undefined;
  readonly keep_ms: number;
  readonly limit_bytes: number;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Judges the section `[admin]`.
 *
 * @throws {AdminSettingsError} an address means nothing, or the API would be open to others
 */
export function adminSettings(options: AdminConf): AdminSettings {
  const { certificate, key, clientCa } = options;
  const texts = (options.listen ?? "").split(/[\s,]+/).filter((text) => text !== "");
  if (texts.length > MAX_LISTEN_ADDRESSES) {
    throw new AdminSettingsError(`[admin] listen: more than ${MAX_LISTEN_ADDRESSES} addresses`);
  }
  const listen = texts.map(parseListenAddress);
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = certificate === undefined ? "certificate" : "key";
    throw new AdminSettingsError(`[admin] ${missing} is missing: TLS needs certificate and key`);
  }
  if (clientCa !== undefined && certificate === undefined) {
    throw new AdminSettingsError("[admin] client ca needs certificate and key: TLS is off");
  }
  const open = listen.findIndex(({ hostname }) => !isLoopback(hostname));
  if (open >= 0 && certificate === undefined) {
    throw new AdminSettingsError(
      `[admin] listen = ${texts[open]} is beyond this machine and without TLS: ` +
        "tokens could be read on the way; set certificate and key, or listen on 127.0.0.1",
    );
  }
  return {
    listen,
    tls: certificate === undefined || key === undefined
      ? undefined
      : { certificate, key, ...(clientCa === undefined ? {} : { clientCa }) },
    keep_ms: options.historyDays * DAY_MS,
    limit_bytes: options.historySize_mb * 1024 * 1024,
  };
}

/**
 * `127.0.0.1:8080` or `[::1]:8080`.
 *
 * @throws {AdminSettingsError}
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname === undefined || port > 65_535 || !isAddress(hostname)) {
    throw new AdminSettingsError(
      `[admin] listen: ${text}: write an address and a port, such as 127.0.0.1:9980 or [::1]:9980`,
    );
  }
  return { hostname, port };
}

function isAddress(hostname: string): boolean {
  if (!hostname.includes(":")) {
    return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) &&
      hostname.split(".").every((part) => Number(part) <= 255);
  }
  return URL.canParse(`http://[${hostname}]/`);
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
