/** The transport on Deno's loop: what it stands on is loaded by nobody else. @module */
export * from "./deno-streams.ts";
