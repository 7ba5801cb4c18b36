import type { EventSeverity, EventSubject } from "../story/event-words.ts";

/** The documents of the API, as far as this page uses them (`/v1/openapi.json` has all). */

export interface NodeDocument {
  readonly pnn: number;
  readonly version: string;
  readonly uptime_s: number;
  readonly history: { readonly kept: boolean; readonly reason: string | null };
}

export interface NodeView {
  readonly pnn: number;
  readonly state: string;
  readonly flags: readonly string[];
}

export interface ClusterNode extends NodeView {
  readonly address: string;
  readonly this_node: boolean;
  readonly leads: boolean;
  readonly version: string | null;
  readonly answers: boolean;
  readonly round_trip_s: number | null;
  readonly clients: number | null;
  readonly recovery_mode: string | null;
  readonly run_state: string | null;
  readonly uptime_s: number | null;
  readonly sees: readonly (NodeView & { readonly round_trip_s: number | null })[];
}

/** A node that is connected and does not answer. */
export interface SilentNode {
  readonly node: number;
  readonly since: string;
}

/** What was asked of several nodes. */
export interface AskedOfAll {
  readonly silent: readonly SilentNode[];
}

export interface ClusterDocument extends AskedOfAll {
  readonly asked: number;
  readonly well: boolean;
  readonly leader: number | null;
  readonly recovery_mode: string;
  readonly generation: number | null;
  readonly nodes: readonly ClusterNode[];
}

export interface Finding {
  readonly check: string;
  readonly severity: "note" | "warning" | "error";
  readonly title: string;
  readonly detail: readonly string[];
  readonly advice: string;
}

export interface FindingsDocument extends AskedOfAll {
  readonly worst: string | null;
  readonly findings: readonly Finding[];
}

export interface DatabaseRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly bytes: number | null;
  readonly healthy: boolean;
  readonly unhealthy_because: string | null;
  readonly calls_per_s: number | null;
  readonly locks: {
    readonly per_s: number | null;
    readonly mean_wait_s: number | null;
    readonly max_wait_s: number;
    readonly waiting: number;
  };
}

export interface HotKey {
  readonly database: string;
  readonly node: number;
  readonly peak_per_s: number;
  readonly key: string;
  readonly key_hex: string;
}

export interface DatabasesDocument extends AskedOfAll {
  readonly databases: readonly DatabaseRow[];
  readonly hot_keys: readonly HotKey[];
}

export interface AddressRow {
  readonly address: string;
  readonly node: number | null;
  readonly available_on: readonly number[];
  readonly why: string;
  readonly next_node: number | null;
  readonly moves_next: boolean;
}

export interface AddressesDocument extends AskedOfAll {
  readonly algorithm: string;
  readonly addresses: readonly AddressRow[];
  readonly one_node_may_fail: boolean;
}

export interface ScriptRow {
  readonly name: string;
  readonly state: string;
  readonly result: string;
  readonly began_at: string | null;
  readonly duration_s: number | null;
  readonly output: string;
}

export interface ScriptsDocument {
  readonly events: readonly {
    readonly event: string;
    readonly ok: boolean;
    readonly scripts: readonly ScriptRow[];
  }[];
}

export interface TunableRow {
  readonly name: string;
  readonly unit: "s" | "ms" | "bytes" | "count" | "flag";
  readonly consequence: string | null;
  readonly default: number;
  readonly values: readonly { readonly node: number; readonly value: number }[];
  readonly changed: boolean;
  readonly same_everywhere: boolean;
}

export interface TunablesDocument extends AskedOfAll {
  readonly tunables: readonly TunableRow[];
}

export interface StoryEvent {
  readonly id: number;
  readonly time: string;
  readonly node: number;
  readonly kind: string;
  readonly subject: EventSubject;
  readonly severity: EventSeverity;
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface SeriesDocument {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
}

export interface Who {
  readonly name: string;
  readonly role: "viewer" | "operator" | "owner";
}
