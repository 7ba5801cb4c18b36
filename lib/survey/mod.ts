/**
 * What a node and, through it, the whole cluster look like: facts and what is wrong with them
 * ({@link gather}, {@link examine}), counters and rates ({@link Sampler}, {@link topModel}). Asked
 * as a client asks; `ctdb doctor`, `ctdb top` and the admin API show the same.
 *
 * @module
 */
export { type ClusterQuestions, gatherCluster } from "./cluster-facts.ts";
export { type Diagnosis, diagnosisDocument, examine, type NamedFinding } from "./examine.ts";
export type * from "./facts.ts";
export { count, type Severity } from "./finding.ts";
export { gather, type GatherOptions, probeMissing } from "./gather.ts";
export { gatherProblems } from "./problems.ts";
export { LeaderWatch } from "./leader-watch.ts";
export { withinLimit } from "./limit.ts";
export { type BareMachine, gatherMachine } from "./machine-facts.ts";
export * from "./model.ts";
export * from "./sample.ts";
export type { SeenClient, SeenClients } from "./seen-clients.ts";
export { shownTunables, tunableConsequence } from "./tunable-words.ts";
export { gatherScripts } from "./script-facts.ts";
export {
  BYTE_LOCK_DATABASE,
  type ByteLocks,
  gatherByteLocks,
  type LockedFile,
} from "./samba/byte-locks.ts";
export {
  gatherOpenFiles,
  LEASES_DATABASE,
  LOCKING_DATABASE,
  type OpenFileFact,
  type OpenFiles,
  type OpenHandleFact,
} from "./samba/open-files.ts";
export type { ProcessState } from "./samba/processes.ts";
export type { NotUnderstood, SambaQuestions } from "./samba/records.ts";
export { gatherSessions, type Sessions, type ShareConnection } from "./samba/sessions.ts";
