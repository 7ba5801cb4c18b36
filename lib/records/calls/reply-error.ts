import { Operation } from "../../wire/mod.ts";
import type { RecordsHost } from "../host.ts";

/** Tells the node that asked that its call failed; its client will get no reply. */
export function replyError(
  host: RecordsHost,
  packet: { readonly srcnode: number; readonly reqid: number },
  message: string,
): void {
  host.sendToNode(packet.srcnode, {
    operation: Operation.REPLY_ERROR,
    generation: host.generation,
    destnode: packet.srcnode,
    srcnode: host.pnn,
    reqid: packet.reqid,
    status: -1,
    message,
  });
}

/** {@link replyError} about a database that is not attached here, in the C daemon's words. */
export function unknownDatabase(
  host: RecordsHost,
  packet: { readonly srcnode: number; readonly reqid: number; readonly dbId: number },
): void {
  const id = packet.dbId.toString(16).padStart(8, "0");
  replyError(host, packet, `Unknown database in request. db_id==0x${id}`);
}
