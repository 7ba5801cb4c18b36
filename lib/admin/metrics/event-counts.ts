import { RECOVERY_CAUSES, type RecoveryCause } from "../../base/mod.ts";
import { MAX_MEASURED_SCRIPTS } from "../../limits/mod.ts";
import type { StoryEvent } from "../story/story.ts";
import { counter, Histogram, type MetricFamily, type MetricSample } from "./exposition.ts";

/** Upper bounds in seconds: a good recovery takes well below one. */
const RECOVERY_BOUNDS_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

function noCauses(): Record<RecoveryCause, number> {
  return { recovery_mode: 0, members: 0, maps: 0, nodes_file: 0, retry: 0 };
}

/** Counts this node's own events, for metrics. */
export class EventCounts {
  #leaderChanges = 0;
  #bans = 0;
  readonly #recoveries = { finished: noCauses(), failed: noCauses() };
  readonly #takeovers = { finished: 0, failed: 0 };
  readonly #linksLost = new Map<number, number>();
  readonly #scripts = new Map<string, number>();
  readonly #durations = new Histogram(RECOVERY_BOUNDS_S);

  /** An event of the own node. */
  take({ happening }: StoryEvent): void {
    switch (happening.kind) {
      case "leader-changed":
        if (happening.leader !== null) this.#leaderChanges++;
        break;
      case "recovery-finished":
        this.#recoveries.finished[happening.cause ?? "retry"]++;
        this.#durations.observe(happening.duration_ms / 1000);
        break;
      case "recovery-failed":
        this.#recoveries.failed[happening.cause ?? "retry"]++;
        break;
      case "takeover-finished":
        this.#takeovers.finished++;
        break;
      case "takeover-failed":
        this.#takeovers.failed++;
        break;
      case "banned":
        this.#bans++;
        break;
      case "link-down":
        this.#linksLost.set(happening.peer, (this.#linksLost.get(happening.peer) ?? 0) + 1);
        break;
      case "script-failed":
      case "script-timed-out":
        this.#scriptFailed(`${happening.event} ${happening.script}`);
    }
  }

  /** All of them. */
  families(): MetricFamily[] {
    return [
      counter("ctdb_leader_changes", "Times that this node has got a leader to follow.", [
        { value: this.#leaderChanges },
      ]),
      counter(
        "ctdb_recoveries",
        "Recoveries that this node has led, by how they ended and why they were needed.",
        Object.entries(this.#recoveries).flatMap(([result, of]) =>
          RECOVERY_CAUSES.map((reason) => ({ labels: { result, reason }, value: of[reason] }))
        ),
      ),
      {
        name: "ctdb_recovery_duration_seconds",
        type: "histogram",
        help: "How long recoveries took that this node has led.",
        samples: this.#durations.samples(),
      },
      counter(
        "ctdb_takeover_runs",
        "Takeover runs that this node has led and that moved addresses or failed.",
        Object.entries(this.#takeovers).map(([result, value]) => ({ labels: { result }, value })),
      ),
      counter("ctdb_bans", "Times that this node was banned.", [{ value: this.#bans }]),
      counter(
        "ctdb_links_lost",
        "Times that the connection to a node was lost.",
        [...this.#linksLost].map(([pnn, value]) => ({ labels: { pnn }, value })),
      ),
      counter(
        "ctdb_event_script_failures",
        "Times that an event script began to fail, or hung.",
        [...this.#scripts].map(([key, value]): MetricSample => {
          const [event = "", script = ""] = key.split(" ");
          return { labels: { event, script }, value };
        }),
      ),
    ];
  }

  #scriptFailed(key: string): void {
    const before = this.#scripts.get(key);
    if (before === undefined && this.#scripts.size >= MAX_MEASURED_SCRIPTS) return;
    this.#scripts.set(key, (before ?? 0) + 1);
  }
}
