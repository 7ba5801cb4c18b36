import { mustRun } from "../process/command.ts";

/** A cable between an interface of a namespace and a bridge of a switch. */
export interface Cable {
  readonly namespace: string;
  readonly iface: string;
  /** Those of the interface, with their prefixes. */
  readonly addresses: readonly string[];
  readonly bridge: "priv" | "pub";
  /** The name of its end at the switch. */
  readonly port: string;
}

/** One namespace with two bridges: the private network and the public one. */
export function makeSwitch(name: string): void {
  mustRun(["ip", "netns", "add", name]);
  for (const bridge of ["priv", "pub"]) {
    const device = ["link", "add", bridge, "type", "bridge", "forward_delay", "0"];
    mustRun(["ip", "-n", name, ...device]);
    mustRun(["ip", "-n", name, "link", "set", bridge, "up"]);
  }
}

/** Lays a cable to a switch. */
export function plug(switchName: string, cable: Cable): void {
  const { namespace, iface, addresses, bridge, port } = cable;
  const peer = ["peer", "name", iface, "netns", namespace];
  mustRun(["ip", "-n", switchName, "link", "add", port, "type", "veth", ...peer]);
  mustRun(["ip", "-n", switchName, "link", "set", port, "master", bridge, "up"]);
  for (const address of addresses) {
    const noWait = address.includes(":") ? ["nodad"] : [];
    mustRun(["ip", "-n", namespace, "address", "add", address, "dev", iface, ...noWait]);
  }
  mustRun(["ip", "-n", namespace, "link", "set", iface, "up"]);
  mustRun(["ip", "-n", namespace, "link", "set", "lo", "up"]);
}
