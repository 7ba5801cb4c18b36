import { problemSchema } from "./document-schemas.ts";
import type { ApiOperation, Parameter } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { oneOf, type Schema, text } from "./schema.ts";

/** A document that is not of `/v1`: for machines that want a status or a text. */
interface OtherDocument {
  readonly summary: string;
  readonly statuses: string;
  readonly media: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** What requests for `/metrics` are judged by. */
export const METRICS_PARAMETERS: readonly Parameter[] = [{
  name: "names",
  in: "query",
  schema: oneOf("Also under the names of another exporter, the Go `ctdb_exporter`", ["exporter"]),
}];

/** Health checks come from load balancers, which may add what they like: it is not judged. */
const HEALTH_PARAMETERS: readonly Parameter[] = [{
  name: "verbose",
  in: "query",
  schema: text("Given in any way: what was looked at, line by line"),
}];

function health(summary: string): OtherDocument {
  return { summary, statuses: "503", media: ["text/plain"], parameters: HEALTH_PARAMETERS };
}

const OTHERS: Readonly<Record<string, OtherDocument>> = {
  "/livez": health("200 while the core answers"),
  "/readyz": health(
    "200 while this node serves: started, joined, led, not in recovery, stopped or banned",
  ),
  "/healthy": health("200 while this node is ready and has no flag at all"),
  "/leader": health("200 while this node leads"),
  "/metrics": {
    summary: "For Prometheus",
    statuses: "503",
    media: ["text/plain", "application/openmetrics-text"],
    parameters: METRICS_PARAMETERS,
  },
};

/** The OpenAPI 3.1 document, made from the operations that requests are judged by. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, other] of Object.entries(OTHERS)) {
    paths[path] = { get: otherObject(path, other) };
  }
  for (const operation of OPERATIONS) {
    const methods = paths[operation.path] ??= {};
    methods[operation.method] = operationObject(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "ctdb-deno admin API",
      version,
      description: "What a CTDB cluster does, and what operators may change.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "`ctdb token create`" },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function otherObject(
  path: string,
  { summary, statuses, media, parameters }: OtherDocument,
): Record<string, unknown> {
  const content = Object.fromEntries(media.map((type) => [type, { schema: { type: "string" } }]));
  return {
    operationId: path.slice(1),
    summary,
    parameters: parameters.map(parameterObject),
    responses: {
      "200": { description: "Yes", content },
      [statuses]: { description: "No", content },
    },
  };
}

function parameterObject({ name, in: place, schema }: Parameter): Record<string, unknown> {
  return { name, in: place, required: place === "path", schema };
}

function operationObject(operation: ApiOperation): Record<string, unknown> {
  const { id, summary, role, parameters = [], body, response } = operation;
  return {
    operationId: id,
    summary,
    description: role === "owner" ? "Over the Unix socket only." : `Needs the role ${role}.`,
    parameters: parameters.map(parameterObject),
    ...(body === undefined ? {} : { requestBody: { required: true, content: both(body) } }),
    responses: {
      "200": { description: "Done", content: both(response) },
      default: {
        description: "An RFC 9457 document",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  };
}

function both(schema: Schema): Record<string, unknown> {
  return { "application/json": { schema }, "application/cbor": { schema } };
}
