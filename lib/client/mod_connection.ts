/**
 * The part of this folder that a tool needs which asks a daemon something and ends: the connection
 * and its errors. Databases, transactions and locks are not loaded with it.
 *
 * @module
 */
export * from "./cluster-client.ts";
export * from "./daemon-connection.ts";
export * from "./errors.ts";
