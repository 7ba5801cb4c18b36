/**
 * A whole node: {@link Node} puts its parts together over ports, {@link startDaemon} opens the real
 * ports and runs it as a process (`cluster.md` 1).
 * @module
 */
export { selfCommand } from "./edge/self-command.ts";
export { startDaemon, type StartOptions } from "./edge/start-daemon.ts";
export { Faults } from "./faults.ts";
export { Node } from "./node.ts";
export type { NodeConfig, NodePorts, TunableTable } from "./node-ports.ts";
export { TurnQueue, type Turns } from "./turns.ts";
