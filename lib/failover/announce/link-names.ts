import { RawSocket } from "./raw-socket.ts";

/** Whether this machine has an interface of this name, which may be an alternative one. */
export function interfaceExists(name: string): boolean {
  return RawSocket.findLink(name) !== undefined;
}
