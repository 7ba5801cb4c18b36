import { canBind } from "../../base/mod.ts";
import { canonicalAddress } from "../address.ts";
import type { AddressView } from "../node/host.ts";

let view: AddressView | undefined;

/**
 * What is on the interfaces of this machine now (`failover.md` 13.1): any interface, IPv4 and IPv6,
 * up or down. Where the list cannot be read, each question is a test bind of a TCP socket.
 *
 * A takeover run asks once per address, so the list is read once per turn of the event loop; no
 * script can change it within one.
 */
export function localAddresses(): AddressView {
  if (view === undefined) {
    view = readAddresses();
    queueMicrotask(() => view = undefined);
  }
  return view;
}

function readAddresses(): AddressView {
  const addresses = new Set<string>();
  try {
    for (const { address } of Deno.networkInterfaces()) {
      const canonical = canonicalAddress(address.replace(/%.*$/, ""));
      if (canonical !== undefined) addresses.add(canonical);
    }
    return addresses;
  } catch {
    return { has: canBind };
  }
}
