/**
 * The event loop of the node's core: one `epoll_wait` over raw descriptors through FFI, one heap of
 * timers, output put together once a turn. What it costs, and why it is not Deno's loop, stands in
 * `docs/architecture.md`.
 * @module
 */
export * from "./child-process.ts";
export * from "./connect.ts";
export * from "./deno-child.ts";
export * from "./errors.ts";
export * from "./event-loop.ts";
export { libc } from "./libc.ts";
export * from "./listener.ts";
export * from "./output-queue.ts";
export * from "./socket.ts";
export * from "./socket-address.ts";
export * from "./spawn-request.ts";
export * from "./turn-times.ts";
