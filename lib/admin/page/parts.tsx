import type { ComponentChildren } from "preact";
import type { AskedOfAll } from "./documents.ts";
import { clockOf, sentence } from "./format.ts";
import type { Late } from "./store.ts";

/** How something is; each has a shape, a word and a colour, so that no one of them is needed. */
export type Health = "ok" | "busy" | "warning" | "error" | "gone" | "note";

const SHAPES: Readonly<Record<Health, string>> = {
  ok: "M2.5 8.5 6.5 12.5 13.5 4",
  busy: "M8 2.5a5.5 5.5 0 1 1-5.2 3.7M2 2.5v4h4",
  warning: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5v.2",
  error: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
  gone: "M2.5 8h11",
  note: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zM8 7.3v4M8 4.8v.2",
};

/** The mark for how something is. */
export function Mark({ health }: { health: Health }) {
  return (
    <svg class={`mark ${health}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[health]} />
    </svg>
  );
}

/** A state in a word with its mark. */
export function Badge({ health, children }: { health: Health; children: ComponentChildren }) {
  return (
    <span class={`badge ${health}`}>
      <Mark health={health} />
      {children}
    </span>
  );
}

/** A part of the page with a heading. */
export function Panel(
  { id, title, aside, children }: {
    id: string;
    title: string;
    aside?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <div class="aside">{aside}</div>
      </header>
      {children}
    </section>
  );
}

/** What was looked up: as it is, or as it was, if it could not be looked up since. */
export function Seen(
  { late, of, what, children }: {
    late: Late | undefined;
    /** What was seen, where it was asked of other nodes, too. */
    of?: AskedOfAll | undefined;
    /** What it is, for people. */
    what: string;
    children: ComponentChildren;
  },
) {
  const age = late?.seen_ms === undefined ? "not seen yet" : `as of ${clockOf(late.seen_ms)}`;
  // The same elements in both cases: what somebody has opened stays open.
  return (
    <div class={late === undefined ? "seen" : ""} data-late={late === undefined ? undefined : what}>
      {late !== undefined && (
        <p class="late-note" role="status">
          <Mark health="warning" /> {what}: {age}. {sentence(late.reason)}
        </p>
      )}
      {late === undefined &&
        of?.silent.map(({ node, since }) => (
          <p key={node} class="late-note" role="status" data-silent={node}>
            <Mark health="warning" /> {what}: node {node} has not answered since{" "}
            {clockOf(Date.parse(since))}; of it this is what the others have heard
          </p>
        ))}
      <div class={late === undefined ? "seen" : "old"}>{children}</div>
    </div>
  );
}

/** How the state of a node looks. */
export function healthOf(state: string, answers = true): Health {
  if (state === "ok") return answers ? "ok" : "warning";
  if (state === "disconnected") return "gone";
  return state === "disabled" || state === "unhealthy" ? "warning" : "error";
}
