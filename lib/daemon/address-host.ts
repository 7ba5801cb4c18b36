import type { FailoverHost } from "../failover/mod.ts";
import type { LocalClient } from "./local-client.ts";
import type { NodeEvents } from "./node-events.ts";
import type { NodePorts } from "./node-ports.ts";
import type { NodeState } from "./node-state.ts";
import { controlByOpcode, decodeControlRequest, isLiveControl } from "../wire/mod.ts";

/** The parts of a node that its public addresses use. */
interface Ports {
  readonly state: NodeState;
  readonly ports: NodePorts;
  readonly events: NodeEvents;
  readonly client: LocalClient;
  readonly banSelf: (reason: string) => void;
  /** An event script may have put an address here or taken it away, or is about to. */
  readonly addressesMoved: () => void;
}

/** The node as its public addresses see it. */
export function addressHost(parts: Ports): FailoverHost {
  const { state, ports, events, client } = parts;
  const { announcer, localAddresses, interfaceName, readAddressFile } = ports.addresses;
  return {
    clock: ports.clock,
    log: ports.log.child("addresses"),
    announcer,
    get pnn() {
      return state.pnn;
    },
    get runstate() {
      return state.runstate;
    },
    get recoveryMode() {
      return state.recoveryMode;
    },
    tunable: (name) => state.tunable(name),
    nodeFlags: (pnn) => state.nodes.flags(pnn),
    runEvent(event, args, done) {
      // Before, too: what a script is putting on an interface is there before the script ends.
      parts.addressesMoved();
      events.start(event, args, (status) => {
        done(status);
        parts.addressesMoved();
      });
    },
    localAddresses,
    interfaceName,
    readAddressFile,
    sendMessage: (destination, srvid, data) => client.message(destination, srvid, data),
    broadcastControl(destination, opcode, data) {
      const name = controlByOpcode(opcode);
      if (name === undefined || !isLiveControl(name)) return;
      const request = decodeControlRequest(name, { srvid: 0n, data });
      client.controlNoReply(destination, name, request);
    },
    banSelf: parts.banSelf,
  };
}
