import { tunables } from "../wire/mod.ts";

/** Said of what is kept on the wire and in lists, but does nothing in this program. */
const NO_EFFECT = "Nothing changes: it is accepted, and nodes of this program do not use it.";

/**
 * What somebody brings about who sets a tunable, for each that lists show: what it does, and what too
 * much or too little of it leads to.
 */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  SeqnumInterval:
    "So often at most other nodes hear that a database has changed; less is more messages.",
  ControlTimeout:
    "So long a control to another node may take before it counts as failed; 0 waits for ever.",
  TraverseTimeout: "A walk over all records of the cluster is given up after so long.",
  KeepaliveInterval:
    "Nodes tell each other so often that they live. A dead node is noticed after this times KeepaliveLimit; too little takes busy nodes for dead.",
  KeepaliveLimit:
    "After so many silent intervals a node counts as dead and the others recover without it; too few take busy nodes for dead.",
  RecoverTimeout:
    "A recovery fails when a node takes longer for one step; large databases on slow disks need more.",
  RecoverInterval: "The leader looks at the cluster so often; less finds trouble sooner.",
  ElectionTimeout:
    "An election ends so long after its last vote; without a leader nothing is repaired meanwhile.",
  TakeoverTimeout:
    "A node that takes longer to take or give up addresses has failed, and may be banned.",
  MonitorInterval:
    "Event scripts look at the services so often; less notices a service that fails sooner and costs processor time.",
  TickleUpdateInterval:
    "Nodes tell each other so often which clients are connected; connections younger than that hang when their address moves.",
  EventScriptTimeout:
    "All scripts of an event together may take so long; beyond it they are ended and the event has failed.",
  MonitorTimeoutCount:
    "A node becomes unhealthy after so many monitor events in a row that took too long.",
  RecoveryGracePeriod: "Failures of a node are forgiven when it has had none for so long.",
  RecoveryBanPeriod: "A node that fails again and again is out of the cluster for so long.",
  DatabaseHashSize:
    "New databases get so many hash chains; those that exist stay as they are. Too few make many records slow.",
  DatabaseMaxDead:
    "So many deleted records are kept in each chain of a new database for later use.",
  RerecoveryTimeout: "No recovery follows a successful one for so long.",
  EnableBans:
    "With 0 no node is banned any more: one that fails again and again goes on disturbing the cluster.",
  NoIPFailback:
    "With 1 addresses stay where they are when a node becomes healthy again: nothing is disturbed, and nothing is balanced.",
  VerboseMemoryNames: NO_EFFECT,
  RecdPingTimeout: NO_EFFECT,
  RecdFailCount: NO_EFFECT,
  LogLatencyMs: "Whatever takes longer is written to the log; 0 writes nothing.",
  RecLockLatencyMs: NO_EFFECT,
  RecoveryDropAllIPs:
    "A node that is in recovery for so long gives up all its addresses: clients lose it.",
  VacuumInterval:
    "Deleted records are cleared away so often; more lets databases grow, less costs processor time.",
  VacuumMaxRunTime: "One run that clears away deleted records is given up after so long.",
  RepackLimit:
    "A database with so many holes is written anew, for which all its records are locked; 0 never does it.",
  VacuumFastPathCount:
    "After so many quick runs one looks at every record; 0 never does, so that some deleted records stay.",
  MaxQueueDropMsg:
    "A client that has not read so many messages is cut off; more costs the daemon memory.",
  AllowUnhealthyDBRead:
    "With 1 damaged databases are read all the same: programs may get wrong records.",
  StatHistoryInterval: "Statistics for `ctdb stats` are kept so often.",
  DeferredAttachTO:
    "A program that wants a database during a recovery waits so long before it is refused.",
  AllowClientDBAttach:
    "With 0 no program can attach a database: services that start now fail, those that run go on.",
  FetchCollapse:
    "With 0 everybody who waits for the same record asks other nodes alone: more traffic, hotter records.",
  HopcountMakeSticky:
    "In sticky databases a record that was sent on so often stays on a node for a moment.",
  StickyDuration: "A record counts as sticky for so long.",
  StickyPindown:
    "A sticky record stays on a node for so long before another may have it; others wait.",
  NoIPTakeover:
    "With 1 the addresses of a node that fails stay unhosted: its clients are cut off until it is back.",
  DBRecordCountWarn: NO_EFFECT,
  DBRecordSizeWarn: NO_EFFECT,
  DBSizeWarn: NO_EFFECT,
  PullDBPreallocation: NO_EFFECT,
  LockProcessesPerDB:
    "Two records at most are waited for in the kernel at the same time; a number below makes it fewer.",
  RecBufferSizeLimit:
    "Records travel in messages of about this size in recoveries; more is fewer messages and more memory.",
  QueueBufferSize: NO_EFFECT,
  IPAllocAlgorithm:
    "0 shares addresses out by their order, 1 moves as few as it can, 2 spreads those of a network over the nodes. Addresses may move at the next chance.",
  AllowMixedVersions: NO_EFFECT,
};

/** What setting a tunable leads to, in a sentence or two; undefined for those that lists leave out. */
export function tunableConsequence(name: string): string | undefined {
  return CONSEQUENCES[name];
}

/** The tunables that lists show. */
export const shownTunables = tunables.filter(({ obsolete }) => !obsolete);
