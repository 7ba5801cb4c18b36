/**
 * Public addresses: who shall host them ({@link allocate}), the leader's procedure that brings this
 * about ({@link takeoverRun}), each node's part in it ({@link PublicAddresses}), and what goes out
 * on the network ({@link RawAnnouncer}, {@link resetConnections}). Specification: `failover.md`.
 *
 * @module
 */
export { type AllocationQuestions, gatherAllocationInput } from "./allocation-input.ts";
export * from "./announce/mod.ts";
export * from "./ipalloc/mod.ts";
export { PublicAddressError } from "./node/address-table.ts";
export * from "./node/handlers.ts";
export * from "./node/host.ts";
export { PublicAddresses, type PublicAddressStatus } from "./node/public-addresses.ts";
export * from "./takeover/mod.ts";
