import {
  controls,
  CURRENT_NODE,
  encodeControlRequest,
  encodePacket,
  Operation,
} from "../../lib/wire/mod.ts";

/** A client that asks for messages, and then never reads. */
export async function openSleepingReader(socket: string, srvid: bigint): Promise<Deno.UnixConn> {
  const connection = await Deno.connect({ transport: "unix", path: socket });
  const { data } = encodeControlRequest("REGISTER_SRVID", srvid);
  await connection.write(encodePacket({
    operation: Operation.REQ_CONTROL,
    generation: 0,
    destnode: CURRENT_NODE,
    srcnode: 0,
    reqid: 1,
    opcode: controls.REGISTER_SRVID.opcode,
    srvid,
    clientId: 0,
    flags: 0,
    data,
  }));
  await connection.read(new Uint8Array(4096));
  return connection;
}
