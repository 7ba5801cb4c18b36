import type { LatencyCounter, Statistics } from "../../../lib/wire/mod.ts";

/** Counters under one heading; those without one stand for themselves. */
export interface CounterGroup {
  /** `""`: no heading. */
  readonly name: string;
  readonly counters: readonly (readonly [name: string, value: number])[];
}

/** All counters of a node in the order in which they are printed (cli.md 4.7). */
export function counterGroups(s: Statistics): readonly CounterGroup[] {
  return [
    {
      name: "",
      counters: [
        ["num_clients", s.numClients],
        ["frozen", s.frozen],
        ["recovering", s.recovering],
        ["num_recoveries", s.numRecoveries],
        ["client_packets_sent", s.clientPacketsSent],
        ["client_packets_recv", s.clientPacketsRecv],
        ["node_packets_sent", s.nodePacketsSent],
        ["node_packets_recv", s.nodePacketsRecv],
        ["keepalive_packets_sent", s.keepalivePacketsSent],
        ["keepalive_packets_recv", s.keepalivePacketsRecv],
      ],
    },
    {
      name: "node",
      counters: [
        ["req_call", s.node.reqCall],
        ["reply_call", s.node.replyCall],
        ["req_dmaster", s.node.reqDmaster],
        ["reply_dmaster", s.node.replyDmaster],
        ["reply_error", s.node.replyError],
        ["req_message", s.node.reqMessage],
        ["req_control", s.node.reqControl],
        ["reply_control", s.node.replyControl],
        ["req_tunnel", s.node.reqTunnel],
      ],
    },
    {
      name: "client",
      counters: [
        ["req_call", s.client.reqCall],
        ["req_message", s.client.reqMessage],
        ["req_control", s.client.reqControl],
        ["req_tunnel", s.client.reqTunnel],
      ],
    },
    {
      name: "timeouts",
      counters: [
        ["call", s.timeouts.call],
        ["control", s.timeouts.control],
        ["traverse", s.timeouts.traverse],
      ],
    },
    {
      name: "locks",
      counters: [
        ["num_calls", s.locks.numCalls],
        ["num_current", s.locks.numCurrent],
        ["num_pending", s.locks.numPending],
        ["num_failed", s.locks.numFailed],
      ],
    },
    {
      name: "",
      counters: [
        ["total_calls", s.totalCalls],
        ["pending_calls", s.pendingCalls],
        ["childwrite_calls", s.childwriteCalls],
        ["pending_childwrite_calls", s.pendingChildwriteCalls],
        ["memory_used", s.memoryUsed],
        ["max_hop_count", s.maxHopCount],
        ["total_ro_delegations", s.totalRoDelegations],
        ["total_ro_revokes", s.totalRoRevokes],
      ],
    },
  ];
}

/** The latencies of the machine form; what it calls lockwait is the locks' one. */
export function machineLatencies(s: Statistics): readonly (readonly [string, LatencyCounter])[] {
  return [
    ["reclock_ctdbd", s.reclock.ctdbd],
    ["reclock_recd", s.reclock.recd],
    ["call", s.callLatency],
    ["lockwait", s.locks.latency],
    ["childwrite", s.childwriteLatency],
  ];
}
