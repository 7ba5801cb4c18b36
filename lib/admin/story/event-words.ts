/** How much an event concerns whoever looks after the cluster, the mildest first. */
export const EVENT_SEVERITIES = ["info", "notice", "warning", "error"] as const;

/** One of {@link EVENT_SEVERITIES}. */
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

/** What a kind of event is about; the dashboard has a mark for each. */
export const EVENT_SUBJECTS = [
  "node",
  "link",
  "leader",
  "recovery",
  "address",
  "script",
  "database",
  "operator",
] as const;

/** One of {@link EVENT_SUBJECTS}. */
export type EventSubject = (typeof EVENT_SUBJECTS)[number];
