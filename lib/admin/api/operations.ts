import {
  MAX_ANSWER_CLIENTS,
  MAX_ANSWER_EVENTS,
  MAX_SHOWN_HISTORY_MINUTES,
} from "../../limits/mod.ts";
import { Problem } from "../http/problem.ts";
import { EVENT_SEVERITIES } from "../story/event-words.ts";
import { eventDocument } from "../story/story.ts";
import { ACTION_OPERATIONS } from "./action-operations.ts";
import {
  addressesSchema,
  clientsSchema,
  clusterSchema,
  databaseSchema,
  databasesSchema,
  digestSchema,
  eventsSchema,
  findingsSchema,
  linksSchema,
  locksSchema,
  nodeSchema,
  safeToStopSchema,
  scriptsSchema,
  seriesSchema,
  tunablesSchema,
} from "./document-schemas.ts";
import type { ApiOperation, Parameter } from "./operation.ts";
import { countSchema, nodeNumber, object, oneOf, type Schema, text } from "./schema.ts";
import { TOKEN_OPERATIONS } from "./token-operations.ts";
import { SERIES_COLUMNS } from "../history/series.ts";
import type { AdminFacts } from "../facts/facts.ts";

/** A parameter of the query. */
const query = (name: string, schema: Schema): Parameter => ({ name, in: "query", schema });

const timeText = (description: string): Schema =>
  text(description, { pattern: "^[0-9TZ:.+-]{4,35}$", maxLength: 35 });

/** The id of an event or of a client. */
const idSchema = (description: string): Schema =>
  countSchema(description, { maximum: Number.MAX_SAFE_INTEGER });
/** How many an answer may have. */
const limitSchema = (description: string, maximum: number): Schema =>
  countSchema(description, { minimum: 1, maximum, default: USUAL_COUNT });

const USUAL_COUNT = 200;
const USUAL_MINUTES = 10;
const HOUR_MS = 3600_000;

/** A document that is there to be read. */
function reading(
  id: string,
  summary: string,
  response: Schema,
  read: (facts: AdminFacts) => Promise<object>,
): ApiOperation {
  return {
    id,
    method: "get",
    path: `/v1/${id}`,
    summary,
    role: "viewer",
    response,
    run: (_request, { facts }) => read(facts),
  };
}

/** Every operation of the API. */
export const OPERATIONS: readonly ApiOperation[] = [
  reading("node", "This node", nodeSchema, (facts) => facts.node()),
  reading("cluster", "Every node as each node sees it", clusterSchema, (facts) => facts.cluster()),
  reading(
    "links",
    "Connections to the other nodes",
    linksSchema,
    (facts) => facts.links(),
  ),
  reading(
    "databases",
    "Databases with rates and the hottest records",
    databasesSchema,
    (facts) => facts.databases(),
  ),
  {
    id: "database",
    method: "get",
    path: "/v1/databases/{name}",
    summary: "One database, node by node",
    role: "viewer",
    parameters: [{
      name: "name",
      in: "path",
      schema: text("Name, or id such as 0x6645c6c4", { maxLength: 255 }),
    }],
    response: databaseSchema,
    async run({ params }, { facts }) {
      const document = await facts.database(params.name!);
      if (document === undefined) {
        throw new Problem(404, `There is no database ${params.name}: see /v1/databases`);
      }
      return document;
    },
  },
  reading(
    "addresses",
    "Public addresses: who hosts them, why, and what would happen next",
    addressesSchema,
    (facts) => facts.addresses(),
  ),
  {
    id: "clients",
    method: "get",
    path: "/v1/clients",
    summary: "Programs that use this node, in the order in which they connected",
    role: "viewer",
    parameters: [
      query("after", idSchema("Only those behind this id: `next_after` of the page before")),
      query("limit", limitSchema("At most so many", MAX_ANSWER_CLIENTS)),
    ],
    response: clientsSchema,
    run({ query }, { facts }) {
      const limit = Number(query.limit ?? USUAL_COUNT);
      return facts.clients({ after: Number(query.after ?? 0), limit });
    },
  },
  reading(
    "scripts",
    "The last run of each event, script by script",
    scriptsSchema,
    (facts) => facts.scripts(),
  ),
  reading("tunables", "Tunables of all nodes", tunablesSchema, (facts) => facts.tunables()),
  reading("locks", "Who waits for whose lock", locksSchema, (facts) => facts.locks()),
  reading(
    "findings",
    "What is wrong and what to do about it, as `ctdb doctor` says",
    findingsSchema,
    (facts) => facts.findings(),
  ),
  reading(
    "digest",
    "What must be the same on all nodes",
    digestSchema,
    (facts) => facts.digest(),
  ),
  {
    id: "safe-to-stop",
    method: "get",
    path: "/v1/safe-to-stop",
    summary: "Whether anything would be lost if a node was stopped now",
    role: "viewer",
    parameters: [query("node", nodeNumber("The node; this one unless given"))],
    response: safeToStopSchema,
    async run({ query }, { facts }) {
      const node = query.node === undefined ? undefined : Number(query.node);
      if (node !== undefined) {
        const { nodes } = await facts.nodeNow();
        if (!nodes.some(({ pnn }) => pnn === node)) {
          throw new Problem(404, `There is no node ${node}: see /v1/cluster`);
        }
      }
      return await facts.safeToStop(node);
    },
  },
  {
    id: "events",
    method: "get",
    path: "/v1/events",
    summary: "What happened, also as a stream",
    role: "viewer",
    parameters: [
      query("after", idSchema("Only events behind this id")),
      query("limit", limitSchema("At most so many, the latest", MAX_ANSWER_EVENTS)),
    ],
    response: eventsSchema,
    async run({ query }, { story, history }) {
      const limit = Number(query.limit ?? USUAL_COUNT);
      const after = Number(query.after ?? 0);
      const kept = story.after(after).map(eventDocument);
      const oldest = story.oldest ?? Infinity;
      if (kept.length >= limit || after >= oldest) return { events: kept.slice(-limit) };
      // What the memory has no more, or never had: the history from before a restart.
      const older = after === 0
        ? await history.eventsBetween(0, oldest / 1000, limit - kept.length)
        : await history.eventsAfter(after, limit);
      const before = older.filter((event) => Number(event.id) < oldest);
      return { events: [...before, ...kept].slice(-limit) };
    },
  },
  {
    id: "history",
    method: "get",
    path: "/v1/history",
    summary: "What happened around a time, on all nodes, in order",
    role: "viewer",
    parameters: [
      query("around", timeText("RFC 3339, or seconds since 1970; now unless given")),
      query(
        "minutes",
        countSchema("So many before and after", {
          minimum: 1,
          maximum: MAX_SHOWN_HISTORY_MINUTES,
          default: USUAL_MINUTES,
        }),
      ),
      query("severity", oneOf("Only what matters as much", EVENT_SEVERITIES.slice(1))),
    ],
    response: eventsSchema,
    async run({ query }, { story, history }) {
      const around_ms = timeOf(query.around);
      const span_ms = Number(query.minutes ?? USUAL_MINUTES) * 60_000;
      const [from_ms, to_ms] = [around_ms - span_ms, around_ms + span_ms];
      const kept = await history.eventsBetween(from_ms, to_ms, MAX_ANSWER_EVENTS);
      const fresh = story.after(Number(kept.at(-1)?.id ?? 0)).map(eventDocument);
      const levels: readonly string[] = EVENT_SEVERITIES;
      const least = levels.indexOf(query.severity ?? EVENT_SEVERITIES[0]);
      const events = [...kept, ...fresh]
        .filter((event) => isBetween(event, from_ms, to_ms))
        .filter((event) => levels.indexOf(String(event.severity)) >= least)
        .sort((a, b) => String(a.time).localeCompare(String(b.time)))
        .slice(-MAX_ANSWER_EVENTS);
      return { events };
    },
  },
  {
    id: "series",
    method: "get",
    path: "/v1/series",
    summary: "The important numbers, minute by minute",
    role: "viewer",
    parameters: [
      query("from", timeText("RFC 3339, or seconds since 1970; six hours ago unless given")),
      query("to", timeText("The same; now unless given")),
    ],
    response: seriesSchema,
    async run({ query }, { history }) {
      const to_ms = timeOf(query.to);
      const from_ms = query.from === undefined ? to_ms - 6 * HOUR_MS : timeOf(query.from);
      const rows = await history.samplesBetween(from_ms / 1000, to_ms / 1000);
      return { columns: SERIES_COLUMNS, rows };
    },
  },
  ...ACTION_OPERATIONS,
  ...TOKEN_OPERATIONS,
  {
    id: "whoami",
    method: "get",
    path: "/v1/whoami",
    summary: "Who this API takes you for",
    role: "viewer",
    response: object({
      name: text("As it stands in the history"),
      role: oneOf("What you may do", ["viewer", "operator", "owner"]),
    }),
    run: ({ who }) => Promise.resolve({ name: who.name, role: who.role }),
  },
];

/** A time of a query, in ms since the epoch. */
function timeOf(value: string | undefined): number {
  if (value === undefined) return Date.now();
  const time_ms = /^[0-9.]+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
  if (Number.isFinite(time_ms)) return time_ms;
  throw new Problem(400, `Not a time: ${value}: write it like 2026-01-31T12:00:00Z`);
}

function isBetween(event: Readonly<Record<string, unknown>>, from_ms: number, to_ms: number) {
  const time_ms = Date.parse(String(event.time));
  return time_ms >= from_ms && time_ms <= to_ms;
}
