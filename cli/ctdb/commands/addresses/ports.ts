import { createLogger, Errno, LogLevel, messageOf } from "../../../../lib/base/mod.ts";
import { LARGEST_TCP_PORT } from "../../../../lib/limits/mod.ts";
import type { Connection } from "../../../../lib/wire/mod.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { connectionOperands } from "./connections.ts";
import { parseU32 } from "../../../numbers.ts";
import { errnoOf } from "../../framework/system-errors.ts";

export const commands = { checktcpport, tickle } satisfies LocalCommands;

/** Nobody listens on a port when it can be bound on all IPv4 addresses. */
function checktcpport(call: Call): Promise<void> {
  const operand = call.operand(0);
  const port = parseU32(operand) ?? LARGEST_TCP_PORT + 1;
  if (port > LARGEST_TCP_PORT) call.fail(Errno.EINVAL, `Invalid TCP port ${operand}`);
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
    return Promise.resolve();
  } catch (error) {
    return call.fail(errnoOf(error, 1), `Failed to bind to TCP port ${port}`);
  }
}

/** Sends an ACK that looks as if it came from the second address; the first one then speaks up. */
async function tickle(call: Call): Promise<void> {
  const connections = await connectionOperands(call);
  const { RawAnnouncer } = await import("../../../../lib/failover/mod.ts");
  const log = createLogger((_level, _name, text) => call.note(text), () => LogLevel.WARNING);
  const announcer = new RawAnnouncer(log);
  try {
    const failed = connections.filter((connection) => !isSent(call, announcer, connection));
    if (failed.length === 0) return;
    const what = call.operands.length > 0 ? "tickle ack" : `${failed.length} tickles`;
    call.fail(1, `Failed to send ${what}`);
  } finally {
    announcer.close();
  }
}

function isSent(
  call: Call,
  announcer: { tickle(from: Connection["src"], to: Connection["src"]): void },
  { src, dst }: Connection,
): boolean {
  if (src.family !== dst.family) {
    call.note("Failed sendto (Address family not supported by protocol)");
    return false;
  }
  try {
    announcer.tickle(dst, src);
    return true;
  } catch (error) {
    call.note(messageOf(error));
    return false;
  }
}
