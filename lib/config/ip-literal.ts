import type { SocketAddress } from "../wire/mod.ts";
import { parseIp, parseSocketAddress } from "../wire/mod.ts";

/**
 * An address as node and public address files may write it (`cluster.md` 2.2, `failover.md` 1):
 * dotted IPv4, or IPv6 with or without square brackets. An IPv4-mapped IPv6 address becomes IPv4. No
 * names, ports or scopes. Undefined when it is anything else.
 */
export function parseIpLiteral(text: string, port = 0): SocketAddress | undefined {
  const bare = /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text;
  const bytes = parseIp(bare);
  if (bytes === undefined) return undefined;
  if (!isIpv4Mapped(bytes)) return parseSocketAddress(bare, port);
  return parseSocketAddress(bytes.subarray(12).join("."), port);
}

function isIpv4Mapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.subarray(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff && bytes[11] === 0xff;
}
