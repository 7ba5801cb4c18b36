/**
 * Kinds of reasons for a recovery: a node is in recovery mode (it has started, or somebody asked for
 * it); nodes have come or gone; nodes differ in generation or in where records are; in their nodes
 * files; and one that was begun did not end well.
 */
export const RECOVERY_CAUSES = ["recovery_mode", "members", "maps", "nodes_file", "retry"] as const;

/** One of {@link RECOVERY_CAUSES}. */
export type RecoveryCause = (typeof RECOVERY_CAUSES)[number];

/**
 * What can happen to a node, and what is told with it: the table behind the events of the admin API.
 * Plain values that can be cloned, so that they may cross the border between threads. Durations in
 * ms, `null` for nobody.
 */
export interface Happenings {
  /** The daemon's process has begun. */
  readonly "daemon-started": { readonly version: string };
  /** The node takes part in everything from now on. */
  readonly "daemon-running": Record<never, never>;
  readonly "daemon-stopping": { readonly reason: string };
  readonly "link-up": { readonly peer: number };
  readonly "link-down": { readonly peer: number; readonly reason: string };
  readonly "election-called": { readonly reason: string };
  readonly "leader-changed": { readonly leader: number | null };
  readonly "recovery-mode": { readonly active: boolean };
  readonly "recovery-started": { readonly reason: string; readonly generation: number };
  readonly "recovery-finished": RecoveryEnd & { readonly steps: readonly StepTime[] };
  readonly "recovery-failed": RecoveryEnd & { readonly failure: string };
  /** `of` is the node whose flags this node now sees otherwise. */
  readonly "flags-changed": {
    readonly of: number;
    readonly before: number;
    readonly after: number;
  };
  /** Somebody asks this node to change; `client` is a process of node `from`, 0 for its daemon. */
  readonly "change-requested": {
    readonly change: string;
    readonly from: number;
    readonly client: number;
  };
  readonly "banned": { readonly duration_s: number; readonly reason: string };
  readonly "ban-lifted": Record<never, never>;
  readonly "takeover-finished": { readonly moves: readonly AddressMove[] };
  readonly "takeover-failed": { readonly failure: string };
  readonly "address-taken": { readonly address: string; readonly interface: string };
  readonly "address-released": { readonly address: string; readonly to: number | null };
  readonly "address-failed": { readonly address: string; readonly failure: string };
  readonly "script-failed": ScriptFailure;
  readonly "script-timed-out": ScriptFailure;
  readonly "script-mended": { readonly event: string; readonly script: string };
  /** Record locks are waited for by more than usual. */
  readonly "lock-storm": { readonly waiting: number };
  readonly "lock-storm-over": { readonly duration_ms: number };
  readonly "nodes-reloaded": { readonly nodes: number };
  readonly "tunable-set": { readonly name: string; readonly value: number };
  /** An operator acted through the admin API. */
  readonly "operator-action": {
    readonly who: string;
    readonly action: string;
    readonly result: string;
  };
  /** The admin API itself lost something. */
  readonly "admin-trouble": { readonly failure: string };
}

/** A recovery that is over, however it ended. */
interface RecoveryEnd {
  readonly reason: string;
  /** Nodes of older versions do not tell. */
  readonly cause?: RecoveryCause;
  readonly generation: number;
  readonly duration_ms: number;
}

/** A part of a procedure and how long it took. */
export interface StepTime {
  readonly step: string;
  readonly duration_ms: number;
}

/** An address that a takeover run decided to move. */
export interface AddressMove {
  readonly address: string;
  readonly from: number | null;
  readonly to: number | null;
}

/** A script that did not succeed; `output` is the end of what it wrote. */
export interface ScriptFailure {
  readonly event: string;
  readonly script: string;
  readonly result: number;
  readonly output: string;
}

/** The name of something that can happen. */
export type HappeningKind = keyof Happenings;

/** Something that happened, with what is told of it. */
export type Happening = { [K in HappeningKind]: { readonly kind: K } & Happenings[K] }[
  HappeningKind
];

/** Takes what happens, at once and without answering. */
export type Journal = (happening: Happening) => void;
