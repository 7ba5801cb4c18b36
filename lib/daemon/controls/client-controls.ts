import { Errno, LogLevel } from "../../base/mod.ts";
import type { Logger } from "../../base/mod.ts";
import {
  type ControlHandlers,
  type ControlOrigin,
  encode,
  PlacedMessage,
  Srvid,
  u32,
  UNKNOWN_PNN,
} from "../../wire/mod.ts";
import type { ClientSession } from "../client-session.ts";
import type { ClientSessions } from "../client-sessions.ts";
import type { NodeState } from "../node-state.ts";
import type { SrvidRegistry } from "../srvid-registry.ts";
import type { Tunnels } from "../tunnels.ts";

/** What the controls of clients act on. */
interface Ports {
  readonly state: NodeState;
  readonly pid: number;
  readonly sessions: ClientSessions;
  readonly registry: SrvidRegistry;
  readonly tunnels: Tunnels;
  readonly log: Logger;
  readonly processExists: (pid: number) => boolean;
  /** UNKNOWN_PNN while there is none, or one is being elected. */
  readonly leader: () => number;
}

type ProcessControls =
  | "PING"
  | "GET_PID"
  | "GET_PNN"
  | "PROCESS_EXISTS"
  | "CHECK_PID_SRVID"
  | "ECHO_DATA";

type RegistrationControls =
  | "REGISTER_SRVID"
  | "DEREGISTER_SRVID"
  | "REGISTER_NOTIFY"
  | "DEREGISTER_NOTIFY"
  | "TUNNEL_REGISTER"
  | "TUNNEL_DEREGISTER";

/** Registrations, tunnels and process checks (`records.md` 15). */
export function clientControls(
  ports: Ports,
): ControlHandlers<ProcessControls | RegistrationControls> {
  return { ...processControls(ports), ...registrationControls(ports) };
}

function processControls(ports: Ports): ControlHandlers<ProcessControls> {
  const { state, sessions, registry } = ports;
  return {
    PING: (_request, _origin, reply) => reply(0, sessions.size),
    GET_PID: (_request, _origin, reply) => reply(0, ports.pid),
    GET_PNN: (_request, _origin, reply) => reply(0, state.pnn),
    PROCESS_EXISTS(pid, _origin, reply) {
      reply(sessions.processExists(pid, ports.processExists) ? 0 : -1);
    },
    CHECK_PID_SRVID({ pid, srvid }, _origin, reply) {
      const found = sessions.ofProcess(pid).some((session) => registry.has(srvid, session));
      reply(found ? 0 : -1);
    },
    ECHO_DATA: (request, _origin, reply) => reply(0, request),
  };
}

function registrationControls(ports: Ports): ControlHandlers<RegistrationControls> {
  const { state, sessions, registry, tunnels } = ports;
  const withLocal = (
    origin: ControlOrigin,
    reply: (status: number) => void,
    action: (session: ClientSession) => number,
  ) => {
    const session = origin.srcnode === state.pnn ? sessions.get(origin.clientId) : undefined;
    reply(session === undefined ? -1 : action(session));
  };
  return {
    REGISTER_SRVID(srvid, origin, reply) {
      withLocal(origin, reply, (session) => {
        registry.register(srvid, session);
        if (ports.log.level >= LogLevel.INFO) {
          ports.log.info(`Registered message handler for srvid=${srvid}`);
        }
        session.srvids.push(srvid);
        return 0;
      });
      if (srvid === Srvid.LEADER) {
        withLocal(origin, () => {}, (session) => tellLeader(ports, session));
      }
    },
    DEREGISTER_SRVID(srvid, origin, reply) {
      withLocal(origin, reply, (session) => {
        if (!registry.deregister(srvid, session)) return Errno.ENOENT;
        session.srvids.splice(session.srvids.indexOf(srvid), 1);
        return 0;
      });
    },
    REGISTER_NOTIFY({ srvid, data }, origin, reply) {
      withLocal(origin, reply, (session) => {
        if (session.notifications.has(srvid)) return -1;
        // A copy: the request is a view of a frame that may pin much more memory.
        session.notifications.set(srvid, { srvid, data: data.slice() });
        return 0;
      });
    },
    DEREGISTER_NOTIFY(srvid, origin, reply) {
      withLocal(origin, reply, (session) => session.notifications.delete(srvid) ? 0 : -1);
    },
    TUNNEL_REGISTER(id, origin, reply) {
      withLocal(origin, reply, (session) => tunnels.register(id, session) ? 0 : -1);
    },
    TUNNEL_DEREGISTER(id, origin, reply) {
      withLocal(origin, reply, (session) => tunnels.deregister(id, session) ? 0 : -1);
    },
  };
}

/**
 * Who asks for the leader's broadcasts wants to know who leads: it need not wait for the next.
 * The C daemon says nothing at once, so its clients wait for up to a second.
 */
function tellLeader({ leader: leaderOf, state }: Ports, session: ClientSession): number {
  const leader = leaderOf();
  if (leader === UNKNOWN_PNN) return -1;
  const message = PlacedMessage.of(Srvid.LEADER, encode(u32, leader));
  session.send(message.address(state.generation, 0, state.pnn));
  return 0;
}
