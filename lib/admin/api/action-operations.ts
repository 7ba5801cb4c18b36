import { MAX_API_BAN_S } from "../../limits/mod.ts";
import type { AdminFacts } from "../facts/facts.ts";
import { findTunable, parseIp } from "../../wire/mod.ts";
import { Problem } from "../http/problem.ts";
import { actionSchema } from "./document-schemas.ts";
import type { ApiOperation, OperationRequest, Parameter } from "./operation.ts";
import { countSchema, nodeNumber, object, text } from "./schema.ts";

const nodeParameter: Parameter = {
  name: "pnn",
  in: "path",
  schema: nodeNumber("Number of a node"),
};

/** A change, made by a command of the tool. */
function change(
  parts: Pick<ApiOperation, "id" | "path" | "summary" | "parameters" | "body">,
  words: (request: OperationRequest) => readonly string[],
  check: (request: OperationRequest, facts: AdminFacts) => Promise<void> = () => Promise.resolve(),
): ApiOperation {
  return {
    method: "post",
    role: "operator",
    response: actionSchema,
    ...parts,
    async run(request, { actions, facts }) {
      await check(request, facts);
      return await actions.run(words(request), request.who);
    },
  };
}

/** A change of one node that needs no further word. */
function ofNode(action: string, summary: string): ApiOperation {
  return change(
    { id: action, path: `/v1/nodes/{pnn}/${action}`, summary, parameters: [nodeParameter] },
    ({ params }) => ["-n", params.pnn!, action],
    checkNode,
  );
}

/** The tool would try for a while before it says so. */
async function checkNode({ params }: OperationRequest, facts: AdminFacts): Promise<void> {
  await refuseUnknownNode(Number(params.pnn), facts);
}

async function refuseUnknownNode(wanted: number, facts: AdminFacts): Promise<void> {
  const { nodes } = await facts.nodeNow();
  if (nodes.some(({ pnn }) => pnn === wanted)) return;
  throw new Problem(404, `There is no node ${wanted}: see /v1/cluster`);
}

async function checkTunable({ params, body }: OperationRequest, facts: AdminFacts): Promise<void> {
  const known = findTunable(params.name!);
  if (known === undefined) {
    throw new Problem(404, `There is no tunable ${params.name}: see /v1/tunables`);
  }
  if (known.unit === "flag" && Number(body.value) > 1) {
    throw new Problem(400, `${known.name} is 0 or 1: ${body.value}`);
  }
  await refuseUnknownNode(Number(body.node), facts);
}

async function checkMove({ params, body }: OperationRequest, facts: AdminFacts): Promise<void> {
  const { nodes } = (await facts.allocationNow()).input;
  const address = params.address!;
  if (!nodes.some(({ known }) => known.some((one) => one.address === address))) {
    throw new Problem(404, `There is no public address ${address}: see /v1/addresses`);
  }
  if (nodes[Number(body.node)]?.available.includes(address) === true) return;
  throw new Problem(409, `Node ${body.node} cannot host ${address} now: see /v1/addresses`);
}

/** What operators may change. */
export const ACTION_OPERATIONS: readonly ApiOperation[] = [
  ofNode("disable", "Take all public addresses off a node; its databases go on"),
  ofNode("enable", "Let a disabled node host public addresses again"),
  ofNode("stop", "Take a node out of the cluster, until it is continued"),
  ofNode("continue", "Let a stopped node take part again"),
  change(
    {
      id: "ban",
      path: "/v1/nodes/{pnn}/ban",
      summary: "Take a node out of the cluster for some time",
      parameters: [nodeParameter],
      body: object({
        seconds: countSchema("How long, in seconds", { minimum: 1, maximum: MAX_API_BAN_S }),
      }),
    },
    ({ params, body }) => ["-n", params.pnn!, "ban", String(body.seconds)],
    checkNode,
  ),
  ofNode("unban", "End a ban before its time"),
  change(
    { id: "recover", path: "/v1/recover", summary: "Recover all databases now" },
    () => ["recover"],
  ),
  change(
    {
      id: "move-address",
      path: "/v1/addresses/{address}/move",
      summary: "Move a public address to another node",
      parameters: [{
        name: "address",
        in: "path",
        schema: text("The public address", { pattern: "^[0-9a-fA-F:.]{2,45}$", maxLength: 45 }),
      }],
      body: object({ node: nodeNumber("Number of a node") }),
    },
    ({ params, body }) => {
      const address = params.address!;
      if (parseIp(address) === undefined) throw new Problem(400, `Not an address: ${address}`);
      return ["moveip", address, String(body.node)];
    },
    checkMove,
  ),
  change(
    {
      id: "set-tunable",
      path: "/v1/tunables/{name}",
      summary: "Set a tunable on a node, until its daemon restarts",
      parameters: [{
        name: "name",
        in: "path",
        schema: text("Name of a tunable", { pattern: "^[A-Za-z]{1,64}$", maxLength: 64 }),
      }],
      body: object({
        value: countSchema("The value", { maximum: 0xffff_ffff }),
        node: nodeNumber("Number of a node"),
      }),
    },
    ({ params, body }) => ["-n", String(body.node), "setvar", params.name!, String(body.value)],
    checkTunable,
  ),
];
