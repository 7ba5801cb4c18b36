import { Errno } from "../../../../lib/base/mod.ts";
import { RequestTimeoutError } from "../../../../lib/client/mod.ts";
import { type Connection, formatSocketAddress } from "../../../../lib/wire/mod.ts";
import { addressOperand } from "./addresses.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { connectionOperands } from "./connections.ts";
import { CommandFailure } from "../../framework/failures.ts";

export const commands = {
  gettickles,
  addtickle: (call) =>
    change(call, "TCP_ADD_DELAYED_UPDATE", "Failed to register connection", "add"),
  deltickle: (call) => change(call, "TCP_REMOVE", "Failed to unregister connection", "remove"),
} satisfies ClusterCommands;

async function gettickles(call: ClusterCall): Promise<void> {
  const address = addressOperand(call, call.operand(0));
  const port = portOperand(call);
  const then = "Failed to get list of connections";
  const request = { ...address, port };
  const list = await call.ask(call.target, "GET_TCP_TICKLE_LIST", request, then);
  // Old daemons do not look at the port.
  const connections = list.connections.filter(({ dst }) => port === 0 || dst.port === port);
  call.print({
    human: () =>
      `Connections for IP: ${address.address}\nNum connections: ${connections.length}\n` +
      connections.map(({ src, dst }) =>
        `SRC: ${formatSocketAddress(src)}   DST: ${formatSocketAddress(dst)}\n`
      ).join(""),
    machine: () =>
      call.rows([
        ["Source IP", "Port", "Destination IP", "Port"],
        ...connections.map(({ src, dst }) => [src.address, src.port, dst.address, dst.port]),
      ]),
    json: () => ({
      pnn: call.target,
      address: address.address,
      connections: connections.map(({ src, dst }) => ({
        source: { address: src.address, port: src.port },
        destination: { address: dst.address, port: dst.port },
      })),
    }),
  });
}

/** Decimal only; 0 for any. */
function portOperand(call: ClusterCall): number {
  const operand = call.operands[1];
  if (operand === undefined) return 0;
  const digits = /^[ \t]*\+?(\d+)/.exec(operand)?.[1];
  if (digits === undefined) call.fail(Errno.EINVAL, `Invalid port ${operand}`);
  return Number(digits) & 0xffff;
}

async function change(
  call: ClusterCall,
  control: "TCP_ADD_DELAYED_UPDATE" | "TCP_REMOVE",
  failed: string,
  verb: string,
): Promise<void> {
  const connections = await connectionOperands(call);
  if (connections.some(({ src, dst }) => src.family !== dst.family)) {
    call.fail(1, `Invalid connection ${call.operands.join(" ")}: addresses of two families`);
  }
  if (call.operands.length > 0) {
    await call.ask(call.target, control, connections[0]!, failed);
    return;
  }
  const sent = connections.map((connection) => isDone(call, control, connection));
  const refused = (await Promise.all(sent)).filter((done) => !done).length;
  if (refused > 0) call.fail(1, `Failed to ${verb} ${refused} tickles`);
}

async function isDone(
  call: ClusterCall,
  control: "TCP_ADD_DELAYED_UPDATE" | "TCP_REMOVE",
  connection: Connection,
): Promise<boolean> {
  try {
    await call.send(call.target, control, connection);
    return true;
  } catch (error) {
    if (error instanceof CommandFailure || error instanceof RequestTimeoutError) return false;
    if (call.client.isOpen) return false;
    throw error;
  }
}
