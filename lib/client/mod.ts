/** Talking to a daemon: what tools, recovery and programs are written against. @module */
export * from "./cluster-client.ts";
export * from "./daemon-connection.ts";
export * from "./errors.ts";
