/**
 * The part of the daemon that runs on Deno's loop, without the core: what a process starts with.
 * @module
 */
export { selfCommand } from "./edge/self-command.ts";
export { startDaemon, type StartOptions } from "./edge/start-daemon.ts";
