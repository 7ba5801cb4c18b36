import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { CtdbError, type Logger } from "../../base/mod.ts";
import { ConnectionError, ControlError, RequestTimeoutError } from "../../client/mod.ts";
import type { ApiOperation, OperationContext, OperationRequest } from "../api/operation.ts";
import { METRICS_PARAMETERS, openApiDocument } from "../api/openapi.ts";
import { OPERATIONS } from "../api/operations.ts";
import { RequestValidator } from "../api/validate.ts";
import {
  doorChecks,
  type HealthCheck,
  healthyChecks,
  leaderChecks,
  readyChecks,
} from "../facts/health.ts";
import { type Metrics, METRICS_TYPES } from "../metrics/metrics.ts";
import { NodeAwayError } from "../node-access.ts";
import type { PageFiles } from "../page-files.ts";
import { eventDocument } from "../story/story.ts";
import { readBody } from "./body.ts";
import type { EventStreams } from "./event-stream.ts";
import { type Door, type Guard, type GuardedRequest, refuseOtherOrigins } from "./guard.ts";
import { Problem } from "./problem.ts";
import { documentResponse, prefers, problemResponse } from "./respond.ts";

/** What comes with a request beside the request itself. */
export interface RequestBindings {
  readonly door: Door;
  readonly peer: string;
  /** Why a document cannot be had, of whoever has tried already. */
  readonly failed?: Error;
}

/** What the application stands on. */
export interface AppPorts extends OperationContext {
  readonly guard: Guard;
  readonly streams: EventStreams;
  readonly metrics: Metrics;
  readonly page: PageFiles;
  readonly log: Logger;
  readonly version: string;
}

type Env = { Bindings: RequestBindings };

/** Nothing of a page may come from elsewhere, nor may it be part of another. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

const secured = secureHeaders({
  contentSecurityPolicy: PAGE_POLICY,
  referrerPolicy: "no-referrer",
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
});

/** What tells browsers to be careful, in every answer. */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const nothing = new Hono().use(secured).get("/", (c) => c.body(null));
  return Object.fromEntries((await nothing.request("/")).headers);
}

/** The routes of the admin API. */
export function adminApp(ports: AppPorts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(secured);
  app.use(async (c, next) => {
    if (c.env.failed !== undefined) throw c.env.failed;
    const page = ports.page.has(c.req.path);
    refuseOtherOrigins(guarded(c), page);
    ports.guard.limit(guarded(c));
    await next();
  });
  addHealth(app, ports);
  addPage(app, ports);
  const openApi = openApiDocument(ports.version);
  app.get("/v1/openapi.json", async (c) => {
    await ports.guard.require(guarded(c), "viewer");
    return documentResponse(openApi, c.req.header("accept"));
  });
  app.get("/metrics", (c) => metrics(c, ports));
  for (const operation of OPERATIONS) addOperation(app, operation, ports);
  app.all("*", (c) => {
    const known = new Set(
      OPERATIONS.filter(({ path }) => matches(path, c.req.path))
        .map(({ method }) => method.toUpperCase()),
    );
    if (known.size === 0) throw new Problem(404, "There is no such document: see /v1/openapi.json");
    const allow = [...known].join(", ");
    throw new Problem(405, `This path knows ${allow}`, { allow });
  });
  app.onError((error, c) => failure(error, c, ports.log));
  return app;
}

function guarded(c: Context<Env>): GuardedRequest {
  const { method, raw } = c.req;
  return { method, headers: raw.headers, door: c.env.door, peer: c.env.peer };
}

function addOperation(app: Hono<Env>, operation: ApiOperation, ports: AppPorts): void {
  const validator = new RequestValidator(operation);
  const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
  app.on(operation.method.toUpperCase(), path, async (c) => {
    const who = await ports.guard.require(guarded(c), operation.role);
    const url = new URL(c.req.url);
    const body = validator.takesBody ? await readBody(c.req.raw) : undefined;
    const judged = validator.judge(c.req.param(), url.searchParams, body);
    if (operation.id === "events") {
      const stream = await eventStream(c, { ...judged, who }, ports);
      if (stream !== undefined) return stream;
    }
    const document = await operation.run({ ...judged, who }, ports);
    return documentResponse(document, c.req.header("accept"));
  });
}

/** Events as a stream, for who asks for one; undefined for who wants a document. */
async function eventStream(
  c: Context<Env>,
  { query, who }: Pick<OperationRequest, "query" | "who">,
  { story, history, streams, tokens }: AppPorts,
): Promise<Response | undefined> {
  const accept = c.req.header("accept");
  const sse = prefers(accept, "text/event-stream", "application/json");
  if (!sse && !prefers(accept, "application/cbor-seq", "application/json")) return undefined;
  const last = c.req.header("last-event-id") ?? query.after;
  if (last !== undefined && !/^[0-9]{1,16}$/.test(last)) {
    throw new Problem(400, "Last-Event-ID is not the id of an event");
  }
  const before: Record<string, unknown>[] = [];
  if (last !== undefined) {
    const oldest = story.oldest ?? Infinity;
    if (Number(last) < oldest) before.push(...await history.eventsAfter(Number(last), MISSED));
    const known = Math.max(Number(last), Number(before.at(-1)?.id ?? 0));
    before.push(...story.after(known).map((event) => eventDocument(event)));
  }
  return streams.open(sse ? "sse" : "cbor", before, {
    signal: c.req.raw.signal,
    allowed: () => tokens.stillHolds(who),
  });
}

/** Missed events that a stream begins with. */
const MISSED = 400;

function addHealth(app: Hono<Env>, { facts }: AppPorts): void {
  const route = (path: string, look: () => Promise<HealthCheck[]>) =>
    app.get(path, async (c) => {
      const checks = await look().catch((error: unknown) => [{
        name: "node",
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      }]);
      return healthResponse(checks, c.req.query("verbose") !== undefined);
    });
  route("/livez", async () => {
    const took_s = await facts.ping();
    return [{ name: "core", ok: true, detail: `answered in ${(took_s * 1000).toFixed(1)} ms` }];
  });
  const doors = () => doorChecks(facts.doors);
  route("/readyz", async () => [...readyChecks(await facts.nodeNow()), ...doors()]);
  route("/healthy", async () => [...healthyChecks(await facts.nodeNow()), ...doors()]);
  route("/leader", async () => leaderChecks(await facts.nodeNow()));
}

function healthResponse(checks: readonly HealthCheck[], verbose: boolean): Response {
  const ok = checks.every((check) => check.ok || check.aside === true);
  const mark = (check: HealthCheck) => check.ok ? "+" : check.aside === true ? "!" : "-";
  const lines = verbose
    ? checks.map((check) => `[${mark(check)}] ${check.name}: ${check.detail}\n`).join("")
    : `${ok ? "ok" : "not ok"}\n`;
  return new Response(lines, {
    status: ok ? 200 : 503,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

function addPage(app: Hono<Env>, { page }: AppPorts): void {
  app.get("*", async (c, next) => {
    const file = await page.get(c.req.path);
    if (file === undefined) return await next();
    return new Response(file.bytes, {
      headers: { "content-type": file.type, "cache-control": "no-cache" },
    });
  });
}

const metricsValidator = new RequestValidator({ parameters: METRICS_PARAMETERS });

async function metrics(c: Context<Env>, { guard, metrics }: AppPorts): Promise<Response> {
  await guard.require(guarded(c), "viewer");
  const { query } = metricsValidator.judge({}, new URL(c.req.url).searchParams, undefined);
  const accept = c.req.header("accept");
  const open = prefers(accept, "application/openmetrics-text", "text/plain");
  const wish = {
    form: open ? "openmetrics" : "prometheus",
    exporterNames: query.names === "exporter",
  } as const;
  return new Response(await metrics.text(wish), {
    headers: {
      "content-type": METRICS_TYPES[wish.form],
      "cache-control": "no-store",
    },
  });
}

function failure(error: Error, c: Context<Env>, log: Logger): Response {
  const accept = c.req.header("accept");
  if (error instanceof Problem) {
    return problemResponse(error.status, error.message, accept, error.headers);
  }
  if (error instanceof NodeAwayError || isNodeFailure(error)) {
    return problemResponse(503, error.message, accept, { "retry-after": "1" });
  }
  log.error(`Admin API: ${c.req.method} ${c.req.path.slice(0, 100)}: ${error.stack ?? error}`);
  const detail = error instanceof CtdbError ? error.message : "A defect: the daemon's log has more";
  return problemResponse(500, detail, accept);
}

function isNodeFailure(error: Error): boolean {
  return error instanceof ControlError || error instanceof ConnectionError ||
    error instanceof RequestTimeoutError;
}

function matches(pattern: string, path: string): boolean {
  const form = pattern.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${form}$`).test(path);
}
