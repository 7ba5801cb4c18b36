/**
 * `ctdb_killtcp IFACE [SRCIP:PORT DSTIP:PORT]`: resets TCP connections of an address that this node
 * releases. Without a pair, pairs come from standard input, one a line. Event scripts run it.
 *
 * @module
 */
import { createLogger, LogLevel, messageOf } from "../lib/base/mod.ts";
import {
  ConnectionTextError,
  formatPair,
  parseConnectionLines,
  parseEndpoint,
  RawSocketError,
  resetConnections,
} from "../lib/failover/mod.ts";
import type { ProgramIo } from "./io.ts";

/** The C program ends with -1. */
const FAILURE = 255;

/**
 * Success means that it was tried: connections whose ends do not answer any more are left alone.
 * The interface is not looked at, as capture is on all of them, but it must be given.
 */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  if (args.length !== 1 && args.length !== 3) {
    io.stderr(`usage: ${io.program} <interface> [ <srcip:port> <dstip:port> ]\n`);
    return 1;
  }
  const log = createLogger((_level, _subsystem, text) => io.stderr(`${text}\n`), () => levelOf(io));
  try {
    const given = args.length === 1
      ? parseConnectionLines(await new Response(io.stdin).text())
      : [[parseEndpoint(args[1]!), parseEndpoint(args[2]!)] as const];
    const pairs = given.map(([client, server]) => ({ client, server }));
    for (const pair of pairs) log.debug(`reset connection: ${formatPair(pair)}`);
    const left = await resetConnections(pairs, log);
    if (left > 0) log.info(`reset connections, without answer: ${left} of ${pairs.length}`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConnectionTextError) && !(error instanceof RawSocketError)) throw error;
    io.stderr(`${messageOf(error)}\n`);
    return FAILURE;
  }
}

/** `CTDB_DEBUGLEVEL` by name or number; errors only when it is not set or is neither. */
function levelOf(io: ProgramIo): number {
  const text = (io.env["CTDB_DEBUGLEVEL"] ?? "").toUpperCase();
  const levels: Readonly<Record<string, number>> = { ...LogLevel, ERR: LogLevel.ERROR };
  return levels[text] ?? (/^\d+$/.test(text) ? Number(text) : LogLevel.ERROR);
}
