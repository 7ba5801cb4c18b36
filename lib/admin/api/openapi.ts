import { problemSchema } from "./document-schemas.ts";
import type { ApiOperation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import type { Schema } from "./schema.ts";

/** Documents that are not of `/v1`: for machines that want a status or a text. */
const OTHERS: Readonly<Record<string, { summary: string; statuses: string; media: string }>> = {
  "/livez": {
    summary: "200 while the core answers",
    statuses: "503",
    media: "text/plain",
  },
  "/readyz": {
    summary: "200 while this node serves: started, joined, led, not in recovery, stopped or banned",
    statuses: "503",
    media: "text/plain",
  },
  "/healthy": {
    summary: "200 while this node is ready and has no flag at all",
    statuses: "503",
    media: "text/plain",
  },
  "/leader": { summary: "200 while this node leads", statuses: "503", media: "text/plain" },
  "/metrics": { summary: "For Prometheus", statuses: "503", media: "text/plain" },
};

/** The OpenAPI 3.1 document, made from the operations that requests are judged by. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, { summary, statuses, media }] of Object.entries(OTHERS)) {
    const content = { [media]: { schema: { type: "string" } } };
    const answers = {
      "200": { description: "Yes", content },
      [statuses]: { description: "No", content },
    };
    paths[path] = { get: { operationId: path.slice(1), summary, responses: answers } };
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

function operationObject(operation: ApiOperation): Record<string, unknown> {
  const { id, summary, role, parameters = [], body, response } = operation;
  return {
    operationId: id,
    summary,
    description: `Needs the role ${role}.`,
    parameters: parameters.map(({ name, in: place, schema }) => ({
      name,
      in: place,
      required: place === "path",
      schema,
    })),
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
