import { EVENT_SEVERITIES, EVENT_SUBJECTS } from "../story/event-words.ts";
import { EVENT_KINDS } from "../story/happening-texts.ts";
import {
  countSchema,
  flag,
  listOf,
  moment,
  number,
  object,
  oneOf,
  orNull,
  text,
} from "./schema.ts";

const pnn = countSchema("Number of a node");
const pnnOrNull = orNull(pnn);
const flags = listOf(
  oneOf("A flag that is set", [
    "disconnected",
    "banned",
    "stopped",
    "disabled",
    "unhealthy",
    "deleted",
  ]),
);
const state = text("`ok`, or the most serious flag");
const mode = oneOf("Recovery mode", ["normal", "recovery"]);
const generation = orNull(countSchema("Of the databases; null before the first recovery"));
const runState = text("How far the daemon has started, such as `running`");
const latency = object({
  count: countSchema("How often"),
  min_s: number("Shortest, in seconds"),
  max_s: number("Longest, in seconds"),
  mean_s: orNull(number("Mean, in seconds; null when it never happened")),
});
const packets = object({ sent: countSchema("Sent"), received: countSchema("Received") });
const traffic = orNull(object({
  packets: countSchema("Packets since the daemon started"),
  bytes: countSchema("Bytes since the daemon started"),
}));
const holder = object({
  pid: { type: "integer", description: "Process; -1 when hidden" },
  program: orNull(text("Its program")),
  by: oneOf("How it locks", ["mutex", "range"]),
});
const key = {
  key: text("The key, escaped as `ctdb catdb` does"),
  key_hex: text("The key in hex"),
};

const silent = listOf(
  object({ node: pnn, since: moment("When it was first asked what it has not answered") }),
  "Nodes that are connected and do not answer: what is said here of them is missing or hearsay",
);

/** What the document of `GET /v1/node` is like. */
export const nodeSchema = object({
  pnn,
  address: orNull(text("Private address")),
  state,
  flags,
  program: text("The implementation"),
  version: text("Its version"),
  pid: countSchema("Process id of the daemon"),
  run_state: runState,
  started_at: orNull(moment("When the daemon started")),
  uptime_s: number("Since then, in seconds"),
  leader: pnnOrNull,
  leads: flag("Whether this node leads"),
  recovery_mode: mode,
  generation,
  lmasters: listOf(pnn, "Nodes that records are spread over"),
  capabilities: object({ leader: flag("May lead"), lmaster: flag("Takes records") }),
  ban_s: countSchema("Seconds of the ban; 0 without one"),
  last_recovery: object({
    started_at: orNull(moment("When it started")),
    finished_at: orNull(moment("When it finished")),
    duration_s: orNull(number("How long it took, in seconds")),
  }),
  statistics: object({
    clients: countSchema("Connected clients"),
    frozen: flag("Whether the databases are frozen"),
    recoveries: countSchema("Recoveries so far"),
    calls: countSchema("Calls of clients"),
    calls_pending: countSchema("Calls that wait now"),
    call_latency: latency,
    locks: object({
      granted: countSchema("Record locks that were waited for and granted"),
      failed: countSchema("Those that were not granted"),
      waiting: countSchema("Requests that wait now"),
      latency,
    }),
    cluster_lock_latency: latency,
    client_packets: packets,
    node_packets: packets,
    control_timeouts: countSchema("Controls that were not answered in time"),
    memory_bytes: countSchema("Memory of the daemon"),
    max_hops: countSchema("Most nodes that a call was sent on to"),
    since: orNull(moment("When counting began")),
  }),
  history: object({
    kept: flag("Whether events are kept over a restart"),
    reason: orNull(text("Why they are not")),
  }),
  doors: listOf(
    object({
      at: text("Address and port"),
      tls: flag("Whether it speaks TLS"),
      failure: orNull(text("Why nobody listens there; null when it is open")),
    }),
    "The addresses of `[admin] listen`",
  ),
});

/** `GET /v1/cluster`. */
export const clusterSchema = object({
  asked: pnn,
  at: moment("When the nodes were asked"),
  well: flag("All nodes are ok and answer, one leads, no recovery is on"),
  leader: pnnOrNull,
  recovery_mode: mode,
  generation,
  nodes: listOf(object({
    pnn,
    address: text("Private address"),
    this_node: flag("Whether this is the node that was asked"),
    leads: flag("Whether it leads"),
    state,
    flags,
    version: orNull(text("Its version, where it is one of ours")),
    answers: flag("Whether it answers"),
    round_trip_s: orNull(number("There and back, in seconds")),
    clients: orNull(countSchema("Its clients")),
    recovery_mode: orNull(mode),
    run_state: orNull(runState),
    generation,
    uptime_s: orNull(number("Since its daemon started, in seconds")),
    clock_offset_s: orNull(number("Its clock against the one of the node asked, in seconds")),
    sees: listOf(
      object({
        pnn,
        state,
        flags,
        round_trip_s: orNull(number("There and back from the one to the other, in seconds")),
      }),
      "Every node, as this one sees it; times of other nodes are told every 15 s",
    ),
  })),
  silent,
});

/** `GET /v1/links`. */
export const linksSchema = object({
  node: pnn,
  links: listOf(object({
    pnn,
    address: text("Private address of the other node"),
    connected: flag("Whether there is a connection"),
    since: orNull(moment("Since when it is so; null when nobody knows")),
    lost_because: orNull(text("Why there is none")),
    round_trip_s: orNull(number("There and back, in seconds")),
    sent: traffic,
    received: traffic,
    queue: object({
      waiting_bytes: countSchema("Bytes that wait in the daemon, as the kernel takes no more"),
      send_bytes: countSchema("Bytes that the other has not acknowledged yet"),
      receive_bytes: countSchema("Bytes that this node has not read yet"),
    }),
  })),
  silent,
});

const identity = {
  id: text("Such as 0x6645c6c4"),
  name: text("Name of the file"),
  kind: oneOf("Where its records live", ["volatile", "persistent", "replicated"]),
  read_only: flag("Whether read-only copies are given out"),
  sticky: flag("Whether hot records stay for a while"),
  path: orNull(text("On the node that was asked")),
  bytes: orNull(countSchema("Size of the file there")),
  healthy: flag("Whether it can be used there"),
  unhealthy_because: orNull(text("Why it cannot")),
};

/** `GET /v1/databases`. */
export const databasesSchema = object({
  node: pnn,
  rates: flag("Whether there were two samples to tell rates from"),
  databases: listOf(object({
    ...identity,
    nodes: countSchema("Nodes that were asked and answered"),
    calls_per_s: orNull(number("Calls that came from other nodes")),
    locks: object({
      per_s: orNull(number("Granted after a wait, in each second")),
      mean_wait_s: orNull(number("Mean wait of those, in seconds")),
      max_wait_s: number("Longest wait since counting began"),
      waiting: countSchema("Requests that wait now"),
    }),
  })),
  hot_keys: listOf(object({
    database: text("Its name"),
    node: pnn,
    peak_per_s: countSchema("How often the record came to the node in its busiest second"),
    ...key,
  })),
  silent,
});

/** `GET /v1/databases/{name}`. */
export const databaseSchema = object({
  ...identity,
  nodes: listOf(object({
    pnn,
    locks: object({
      granted: countSchema("Granted after a wait"),
      failed: countSchema("Not granted"),
      waiting: countSchema("Wait now"),
      latency,
      buckets: listOf(countSchema("In this class of waiting times")),
    }),
    vacuum: latency,
    hops: listOf(countSchema("Calls with hops of this order of magnitude")),
    read_only_delegations: countSchema("Read-only copies that were given out"),
    read_only_revokes: countSchema("Times that they were called back"),
    hot_keys: listOf(object({ peak_per_s: countSchema("In the busiest second"), ...key })),
  })),
  silent,
});

/** `GET /v1/addresses`. */
export const addressesSchema = object({
  algorithm: text("How addresses are shared out"),
  addresses: listOf(object({
    address: text("The public address"),
    node: pnnOrNull,
    known_by: listOf(pnn, "Nodes that it is configured on"),
    available_on: listOf(pnn, "Nodes that could host it now"),
    why: text("Why it is, or will be, where it is"),
    next_node: pnnOrNull,
    moves_next: flag("Whether the next takeover run would move it"),
  })),
  one_node_may_fail: flag("Whether every address has a home without any one node"),
  homeless_after: listOf(object({ node: pnn, addresses: listOf(text("A public address")) })),
  silent,
});

/** `GET /v1/clients`. */
export const clientsSchema = object({
  count: countSchema("Connected clients, this API among them"),
  clients: listOf(object({
    id: countSchema("Grows with each connection"),
    pid: countSchema("Process id"),
    program: orNull(text("Name of the program")),
    uid: countSchema("User that it runs as"),
    connected_at: moment("Since when"),
    databases: listOf(text("A database that it has attached, or has open")),
    srvids: object({
      count: countSchema("Registrations for messages"),
      first: listOf(text("A message id that it listens to, in hex")),
    }),
    queue: object({
      frames: countSchema("Packets that it has not read yet"),
      bytes: countSchema("The same in bytes"),
    }),
    controls_pending: countSchema("Questions of it that other nodes have not answered yet"),
  })),
  next_after: orNull(
    countSchema("For `after`, to get those that follow; null when these are the last"),
  ),
});

/** `GET /v1/scripts`. */
export const scriptsSchema = object({
  events: listOf(object({
    event: text("Such as monitor"),
    ok: flag("Whether no script failed"),
    scripts: listOf(object({
      name: text("Name of the script"),
      state: oneOf("How its last run went", ["ok", "failed", "timed out", "disabled", "not run"]),
      result: text("In words"),
      began_at: orNull(moment("When it began")),
      duration_s: orNull(number("How long it ran, in seconds")),
      output: text("The end of what it wrote"),
    })),
  })),
});

/** `GET /v1/tunables`. */
export const tunablesSchema = object({
  tunables: listOf(object({
    name: text("Name"),
    unit: oneOf("What the number counts", ["s", "ms", "bytes", "count", "flag"]),
    consequence: orNull(text("What setting it leads to")),
    default: countSchema("Default"),
    values: listOf(object({ node: pnn, value: countSchema("Value there") })),
    changed: flag("Whether it is not at its default somewhere"),
    same_everywhere: flag("Whether all nodes that answer have the same value"),
  })),
  silent,
});

/** `GET /v1/locks`. */
export const locksSchema = object({
  locks: listOf(
    object({
      database: text("Its name"),
      type: oneOf("Kind of lock", ["read", "write"]),
      scope: text("Such as `chain 12`"),
      pid: { type: "integer", description: "Process that has it or waits; -1 when hidden" },
      program: orNull(text("Name of the program")),
      waits_for_pid: orNull({ type: "integer", description: "Who has it; null for a lock held" }),
    }),
    "Byte-range locks of this machine's processes, at most 500",
  ),
  waits_count: countSchema("Locks that this node waits for"),
  waits: listOf(
    object({
      database: orNull(text("Its name; null when it has gone meanwhile")),
      scope: text("`all chains`, or such as `chain 12`"),
      key: orNull(key.key),
      key_hex: orNull(key.key_hex),
      waited_s: orNull(number("So far, in seconds; null for all chains")),
      requests: countSchema("Requests that wait for it"),
      holders: listOf(holder, "Who is in the way, as far as that can be seen"),
    }),
    "The first 32 of them",
  ),
});

/** `GET /v1/findings`. */
export const findingsSchema = object({
  worst: orNull(oneOf("The most severe finding", ["note", "warning", "error"])),
  findings: listOf(object({
    check: text("Which check found it"),
    severity: oneOf("How bad", ["note", "warning", "error"]),
    title: text("One sentence"),
    detail: listOf(text("What it was seen by")),
    advice: text("What to do"),
  })),
  checks: listOf(
    object({ name: text("The check"), skipped: orNull(text("Why it could not look")) }),
  ),
  silent,
});

/** `GET /v1/safe-to-stop`. */
export const safeToStopSchema = object({
  node: pnn,
  ok: flag("Whether nothing is lost when it stops"),
  reason: orNull(text("What would be lost, in one text")),
  reasons: listOf(text("What would be lost, or cannot be told")),
  silent,
});

/** `GET /v1/digest`. */
export const digestSchema = object({
  nodes: listOf(object({
    pnn,
    nodes_file: orNull(text("Digest of the nodes file; null if it cannot be read")),
    cluster_lock: orNull(text("The cluster lock as configured")),
    tunables: orNull(text("Digest of the tunables")),
    configuration: orNull(text("Digest of ctdb.conf; null if the node does not tell")),
  })),
  same: object({
    nodes_file: flag("Whether all nodes that answer have the same"),
    cluster_lock: flag("Whether all nodes that answer have the same"),
    tunables: flag("Whether all nodes that answer have the same"),
    configuration: flag("Whether all nodes that tell have the same"),
  }),
  silent,
});

/** One event. */
export const eventSchema = object({
  id: countSchema("Grows; `Last-Event-ID` to go on behind it"),
  time: moment("When it happened, by the clock of its node"),
  node: pnn,
  kind: oneOf("What happened", EVENT_KINDS),
  subject: oneOf("What it is about", EVENT_SUBJECTS),
  severity: oneOf("How much it matters", EVENT_SEVERITIES),
  text: text("One sentence"),
  detail: { type: "object", description: "What this kind of event carries" },
});

/** `GET /v1/events` without a stream, and `GET /v1/history`. */
export const eventsSchema = object({ events: listOf(eventSchema) });

/** `GET /v1/series`: samples of a minute each. */
export const seriesSchema = object({
  columns: listOf(text("Name of a value")),
  rows: listOf(listOf({ type: ["number", "null"], description: "The first: seconds since 1970" })),
});

/** What an action came to. */
export const actionSchema = object({
  action: text("What was done"),
  ok: flag("Whether it succeeded"),
  output: text("What the tool said"),
});

/** A token without its secret. */
export const tokenSchema = object({
  id: text("To revoke it by"),
  name: text("What it is for"),
  role: oneOf("What it may do", ["viewer", "operator"]),
  created_at: moment("When it was made"),
  expires_at: orNull(moment("Until when it works; null: until it is revoked")),
});

/** An error, as RFC 9457 has it. */
export const problemSchema = object({
  type: text("`about:blank`: the status says it all"),
  title: text("The name of the status"),
  status: countSchema("The status"),
  detail: text("What was wrong, and what to do"),
});
