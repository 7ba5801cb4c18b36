import { RawSocket } from "./raw-socket.ts";

/** What the kernel calls the interface with this name or alternative name; undefined: no such. */
export function interfaceName(name: string): string | undefined {
  return RawSocket.findLink(name)?.name;
}
