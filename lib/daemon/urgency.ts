import { controls, Operation, type Packet, PlacedMessage, Srvid } from "../wire/mod.ts";

/**
 * Controls of the daemon itself that may pass data which waits for the same node. None of them, and
 * none of their answers, depends on a record, a message or another control that was sent before;
 * `docs/architecture.md` has the argument. Above all UPDATE_RECORD is not here: the copy that it
 * revokes may be under way. Nor is PING: the node asks it in order to know how much of a recovery
 * has arrived, and would otherwise queue all of it.
 */
const URGENT_OPCODES: ReadonlySet<number> = new Set([
  controls.GET_RECMODE.opcode,
  controls.SET_RECMODE.opcode,
  controls.GET_RUNSTATE.opcode,
]);

/** Srvids of the daemon's own begin here, by their upper half; a client's message is below. */
const DAEMON_SRVIDS_HIGH = Number(Srvid.ELECTION >> 32n);

/** Whether a packet to a node may pass data that waits for that node. */
export function isUrgent(packet: Packet): boolean {
  switch (packet.operation) {
    case Operation.REQ_KEEPALIVE:
      return true;
    case Operation.REQ_MESSAGE:
      if (packet instanceof PlacedMessage && packet.srvidHigh < DAEMON_SRVIDS_HIGH) return false;
      return packet.srvid === Srvid.LEADER || packet.srvid === Srvid.ELECTION;
    case Operation.REQ_CONTROL:
      return isUrgentControl(packet);
    default:
      return false;
  }
}

/**
 * Whether a control, and its answer, may pass data. One on behalf of a client stays behind what that
 * client has sent before: it may ask in order to know that the other has arrived.
 */
export function isUrgentControl(
  { opcode, clientId }: { readonly opcode: number; readonly clientId: number },
): boolean {
  return clientId === 0 && URGENT_OPCODES.has(opcode);
}
