/**
 * The bytes of the CTDB protocol and the values they stand for (`spec/wire.md`). No I/O.
 *
 * @example
 * ```ts ignore
 * const { srvid, data } = encodeControlRequest("GET_DBNAME", databaseId("locking.tdb"));
 * const frame = encodePacket({
 *   operation: Operation.REQ_CONTROL,
 *   generation: 0, srcnode: UNKNOWN_PNN, destnode: CURRENT_NODE, reqid: 1,
 *   opcode: controls.GET_DBNAME.opcode, srvid, clientId: 0, flags: 0, data,
 * }, "tool");
 * ```
 *
 * @module
 */
export * from "./address.ts";
export * from "./bytes.ts";
export * from "./client-data.ts";
export * from "./cluster.ts";
export * from "./codec.ts";
export * from "./control-codec.ts";
export type * from "./control-handler.ts";
export type * from "./control-row.ts";
export * from "./controls.ts";
export * from "./errors.ts";
export * from "./eventd.ts";
export {
  checkFrameHeader,
  copyForDestination,
  frameDestination,
  frameGeneration,
  type FrameHeader,
  frameOpcode,
  frameOperation,
  frameSource,
  HEADER_SIZE,
  type HeaderPatch,
  patchDestination,
  patchHeader,
  patchRedirect,
  readHeader,
} from "./frame.ts";
export * from "./frame-splitter.ts";
export * from "./hash.ts";
export { putU32, u32At } from "./little-endian.ts";
export * from "./numbers.ts";
export * from "./packet.ts";
export * from "./packet-decode.ts";
export * from "./packet-encode.ts";
export * from "./placed-message.ts";
export * from "./primitives.ts";
export * from "./public-ip.ts";
export * from "./record.ts";
export * from "./srvid.ts";
export * from "./statistics.ts";
export * from "./loop-figures.ts";
export * from "./process-figures.ts";
export * from "./overrun-figures.ts";
export * from "./texts.ts";
export * from "./trace.ts";
export * from "./traverse.ts";
export * from "./tunables.ts";
