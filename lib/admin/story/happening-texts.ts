import { errnoText } from "../../base/mod.ts";
import type { Happening, HappeningKind, Happenings } from "../../base/mod.ts";
import { flagsText } from "../../wire/mod.ts";
import type { EventSeverity, EventSubject } from "./event-words.ts";

interface Row<K extends HappeningKind> {
  readonly subject: EventSubject;
  readonly severity: EventSeverity | ((of: Happenings[K], pnn: number) => EventSeverity);
  /** One sentence about node `node`, without a full stop. */
  readonly text: (of: Happenings[K], node: string) => string;
}

const seconds = (duration_ms: number) =>
  duration_ms < 10_000
    ? `${(duration_ms / 1000).toFixed(2)} s`
    : `${Math.round(duration_ms / 1000)} s`;

/** What is shown of each kind of event. */
const ROWS: { readonly [K in HappeningKind]: Row<K> } = {
  "daemon-started": {
    subject: "node",
    severity: "notice",
    text: ({ version }, node) => `${node} starts, ctdb-deno ${version}`,
  },
  "daemon-running": {
    subject: "node",
    severity: "notice",
    text: (_, node) => `${node} has started and takes part`,
  },
  "daemon-stopping": {
    subject: "node",
    severity: "warning",
    text: ({ reason }, node) => `${node} shuts down: ${reason}`,
  },
  "link-up": {
    subject: "link",
    severity: "notice",
    text: ({ peer }, node) => `${node} is connected to node ${peer}`,
  },
  "link-down": {
    subject: "link",
    severity: "error",
    text: ({ peer, reason }, node) => `${node} has lost node ${peer}: ${reason}`,
  },
  "election-called": {
    subject: "leader",
    severity: "warning",
    text: ({ reason }, node) => `${node} calls an election: ${reason}`,
  },
  "leader-changed": {
    subject: "leader",
    severity: ({ leader }) => leader === null ? "warning" : "notice",
    text: ({ leader }, node) =>
      leader === null ? `${node} knows no leader` : `${node} follows node ${leader} as leader`,
  },
  "recovery-mode": {
    subject: "recovery",
    severity: "info",
    text: ({ active }, node) =>
      active ? `${node} enters recovery: databases are frozen` : `${node} leaves recovery`,
  },
  "recovery-started": {
    subject: "recovery",
    severity: "warning",
    text: ({ reason }, node) => `${node} recovers the cluster: ${reason}`,
  },
  "recovery-finished": {
    subject: "recovery",
    severity: "notice",
    text: ({ duration_ms, reason }, node) =>
      `${node} has recovered the cluster in ${seconds(duration_ms)} (${reason})`,
  },
  "recovery-failed": {
    subject: "recovery",
    severity: "error",
    text: ({ failure }, node) => `The recovery that ${node} led has failed: ${failure}`,
  },
  "flags-changed": {
    subject: "node",
    // A node is the authority on its own flags; that others learn of them is a detail.
    severity: ({ of, before, after }, pnn) =>
      of !== pnn ? "info" : (after & ~before) === 0 ? "notice" : "warning",
    text: ({ of, before, after }, node) =>
      node === `node ${of}`
        ? `${node} is ${flagsText(after)}, was ${flagsText(before)}`
        : `${node} sees node ${of} as ${flagsText(after)}, before as ${flagsText(before)}`,
  },
  "change-requested": {
    subject: "operator",
    severity: "notice",
    text: ({ change, from, client }, node) =>
      client === 0
        ? `The daemon of node ${from} asks ${node} to ${change}`
        : `A client on node ${from} asks ${node} to ${change}`,
  },
  "banned": {
    subject: "node",
    severity: "error",
    text: ({ duration_s, reason }, node) => `${node} is banned for ${duration_s} s: ${reason}`,
  },
  "ban-lifted": {
    subject: "node",
    severity: "notice",
    text: (_, node) => `The ban of ${node} is over`,
  },
  "takeover-finished": {
    subject: "address",
    severity: "notice",
    text: ({ moves }, node) =>
      `${node} has moved ${moves.length === 1 ? "an address" : `${moves.length} addresses`}: ` +
      moves.slice(0, 4).map(moveText).join(", ") + (moves.length > 4 ? ", ..." : ""),
  },
  "takeover-failed": {
    subject: "address",
    severity: "error",
    text: ({ failure }, node) => `The takeover run that ${node} led has failed: ${failure}`,
  },
  "address-taken": {
    subject: "address",
    severity: "notice",
    text: ({ address, interface: name }, node) => `${node} hosts ${address} on ${name}`,
  },
  "address-released": {
    subject: "address",
    severity: "notice",
    text: ({ address, to }, node) =>
      `${node} has released ${address}${to === null ? "" : `, node ${to} shall host it`}`,
  },
  "address-failed": {
    subject: "address",
    severity: "error",
    text: ({ address, failure }, node) => `${node} cannot host ${address}: ${failure}`,
  },
  "script-failed": {
    subject: "script",
    severity: "error",
    text: ({ script, event, result }, node) =>
      `Script ${script} fails in event ${event} on ${node}: ${resultText(result)}`,
  },
  "script-timed-out": {
    subject: "script",
    severity: "error",
    text: ({ script, event }, node) => `Script ${script} hangs in event ${event} on ${node}`,
  },
  "script-mended": {
    subject: "script",
    severity: "notice",
    text: ({ script, event }, node) =>
      `Script ${script} succeeds again in event ${event} on ${node}`,
  },
  "lock-storm": {
    subject: "database",
    severity: "warning",
    text: ({ waiting }, node) => `${waiting} requests wait for record locks on ${node}`,
  },
  "lock-storm-over": {
    subject: "database",
    severity: "notice",
    text: ({ duration_ms }, node) =>
      `Record locks are granted again on ${node}, after ${seconds(duration_ms)}`,
  },
  "nodes-reloaded": {
    subject: "node",
    severity: "notice",
    text: ({ nodes }, node) => `${node} has read the nodes file again: ${nodes} nodes`,
  },
  "tunable-set": {
    subject: "operator",
    severity: "notice",
    text: ({ name, value }, node) => `Tunable ${name} is ${value} now on ${node}`,
  },
  "operator-action": {
    subject: "operator",
    severity: "notice",
    text: ({ who, action, result }, node) => `${who} on ${node}: ${action}: ${result}`,
  },
  "admin-trouble": {
    subject: "node",
    severity: "warning",
    text: ({ failure }, node) => `The admin API of ${node}: ${failure}`,
  },
};

/** Every kind of event there is. */
export const EVENT_KINDS = Object.keys(ROWS) as readonly HappeningKind[];

/** What people are told about something that happened on node `pnn`. */
export interface Telling {
  readonly subject: EventSubject;
  readonly severity: EventSeverity;
  /** One sentence without a full stop. */
  readonly text: string;
}

/** The sentence for something that happened, and how serious it is. */
export function tell(happening: Happening, pnn: number): Telling {
  // The row that belongs to the kind takes what that kind carries.
  const row = ROWS[happening.kind] as Row<HappeningKind>;
  const of = happening as Happenings[HappeningKind];
  const severity = typeof row.severity === "string" ? row.severity : row.severity(of as never, pnn);
  return { subject: row.subject, severity, text: row.text(of as never, `node ${pnn}`) };
}

function moveText({ address, to }: { readonly address: string; readonly to: number | null }) {
  return to === null ? `${address} has no host` : `${address} to node ${to}`;
}

function resultText(result: number): string {
  return result > 0 ? `exit status ${result}` : errnoText(-result);
}
