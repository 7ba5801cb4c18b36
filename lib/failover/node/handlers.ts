import type { ControlReply, ControlRequest, LiveControlName } from "../../wire/mod.ts";

/** The controls that public addresses answer. */
export type FailoverControl = Extract<
  LiveControlName,
  | "ADD_PUBLIC_IP"
  | "DEL_PUBLIC_IP"
  | "GET_IFACES"
  | "GET_PUBLIC_IP_INFO"
  | "GET_PUBLIC_IPS"
  | "GET_TCP_TICKLE_LIST"
  | "IPREALLOCATED"
  | "RELEASE_IP"
  | "RELOAD_PUBLIC_IPS"
  | "SEND_GRATUITOUS_ARP"
  | "SET_IFACE_LINK_STATE"
  | "SET_TCP_TICKLE_LIST"
  | "START_IPREALLOCATE"
  | "STARTUP"
  | "TAKEOVER_IP"
  | "TCP_ADD"
  | "TCP_ADD_DELAYED_UPDATE"
  | "TCP_CLIENT"
  | "TCP_CLIENT_DISCONNECTED"
  | "TCP_CLIENT_PASSED"
  | "TCP_REMOVE"
>;

/** Who sent a control; a part of what the daemon knows about it. */
export interface ControlSender {
  /** The node that sent it. */
  readonly srcnode: number;
  /** The client that sent it; 0 for the daemon itself. */
  readonly clientId: number;
  /** Control flags (`wire.md` 8.1). */
  readonly flags: number;
}

/**
 * Answers a control: status 0 with the reply where the control has one, or any other status alone.
 * Called exactly once for each control, before the handler returns or in a later turn.
 */
export type Respond<N extends LiveControlName> = (status: number, reply?: ControlReply<N>) => void;

/** Carries out one control. Never throws. */
export type FailoverHandler<N extends FailoverControl> = (
  request: ControlRequest<N>,
  sender: ControlSender,
  respond: Respond<N>,
) => void;

/** A handler for each control that public addresses answer. */
export type FailoverHandlers = { readonly [N in FailoverControl]: FailoverHandler<N> };
