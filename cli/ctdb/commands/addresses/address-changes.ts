import { parseAddressMask } from "../../../../lib/config/mod.ts";
import type {
  LiveControlName,
  NodeEntry,
  PublicIp,
  SocketAddress,
} from "../../../../lib/wire/mod.ts";
import { encode, sameIp, Srvid, u32, UNKNOWN_PNN } from "../../../../lib/wire/mod.ts";
import { addressOperand } from "./addresses.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { runTakeover, whilePaused } from "../nodes/messages.ts";
import { activeNodes, connectedNodes, listedNodes, nodeMap } from "../nodes/node-map.ts";
import { withProgress } from "../../printing/progress.ts";

export const commands = { moveip, addip, delip, reloadips } satisfies ClusterCommands;

const ATTEMPTS = 5;
const RETRY_MS = 3000;
/** What the C tool says when it has nobody to ask. */
const NOBODY_TO_ASK = "Memory allocation error";
const PAUSE_TEXTS = {
  pause: "Failed to disable takeover runs",
  resume: "Failed to enable takeover runs",
};

async function moveip(call: ClusterCall): Promise<void> {
  const address = addressOperand(call, call.operand(0));
  const operand = call.operand(1);
  const pnn = /^[ \t]*\+?\d+/.test(operand) ? Number.parseInt(operand, 10) >>> 0 : UNKNOWN_PNN;
  if (pnn === UNKNOWN_PNN) call.fail(1, `Invalid PNN ${operand}`);
  if (!(await nodeMap(call)).some((node) => node.pnn === pnn)) {
    call.fail(1, `Node ${pnn} does not exist`);
  }
  const failed = `Failed to move IP ${address.address} to node ${pnn}`;
  await retry(call, failed, () => moveOnce(call, address, pnn));
}

/** Runs `attempt` until it succeeds, five times at most; each failure is told. */
async function retry(
  call: ClusterCall,
  failed: string,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let count = 1; count <= ATTEMPTS; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      if (error.message !== "") call.note(error.message);
    }
    await call.sleep(RETRY_MS);
  }
  call.fail(1, failed);
}

async function moveOnce(call: ClusterCall, address: SocketAddress, pnn: number): Promise<void> {
  const map = await nodeMap(call);
  if (!isListed(await publicIps(call, pnn), address)) {
    call.fail(1, `Node ${pnn} CANNOT host IP address ${address.address}`);
  }
  await whilePaused(call, "DISABLE_TAKEOVER_RUNS", PAUSE_TEXTS, async () => {
    const request: PublicIp = { pnn, address };
    await release(call, map, request);
    const then = `Failed to takeover IP on node ${pnn}`;
    await call.ask(pnn, "TAKEOVER_IP", request, then);
  });
  const told = connectedNodes(map);
  if (!await askAll(call, told, "IPREALLOCATED")) call.fail(1, "Failed to send ipreallocated");
}

async function release(
  call: ClusterCall,
  map: readonly NodeEntry[],
  request: PublicIp,
): Promise<void> {
  const others = activeNodes(map).filter((pnn) => pnn !== request.pnn);
  if (others.length === 0) call.fail(1, NOBODY_TO_ASK);
  const answers = await Promise.allSettled(
    others.map((pnn) => call.send(pnn, "RELEASE_IP", request)),
  );
  if (answers.some(isRejected)) call.fail(1, "Failed to release IP on nodes");
}

/** Sends a control that says it all to several nodes; whether all of them obeyed. */
async function askAll(
  call: ClusterCall,
  pnns: readonly number[],
  control: Extract<LiveControlName, "IPREALLOCATED" | "RELOAD_PUBLIC_IPS">,
): Promise<boolean> {
  const answers = await Promise.allSettled(pnns.map((pnn) => call.send(pnn, control, undefined)));
  return !answers.some(isRejected);
}

function isRejected({ status }: PromiseSettledResult<unknown>): boolean {
  return status === "rejected";
}

function publicIps(call: ClusterCall, pnn: number): Promise<readonly PublicIp[]> {
  const then = `Failed to get Public IPs from node ${pnn}`;
  return call.ask(pnn, "GET_PUBLIC_IPS", undefined, then);
}

function isListed(list: readonly PublicIp[], address: SocketAddress): boolean {
  return list.some((ip) => sameIp(ip.address, address));
}

async function addip(call: ClusterCall): Promise<void> {
  const operand = call.operand(0);
  const parsed = parseAddressMask(operand) ?? call.fail(1, `Invalid IP/Mask ${operand}`);
  const { target } = call;
  if (isListed(await publicIps(call, target), parsed.address)) {
    call.note(`Node already knows about IP ${parsed.address.address}`);
    return;
  }
  const request = { ...parsed, interface: call.operand(1) };
  const failed = `Failed to add public IP to node ${target}. Giving up`;
  await retry(call, failed, () => call.ask(target, "ADD_PUBLIC_IP", request));
  for (const pnn of connectedNodes(await nodeMap(call))) {
    call.client.message(pnn, Srvid.REBALANCE_NODE, encode(u32, target));
  }
}

async function delip(call: ClusterCall): Promise<void> {
  const address = addressOperand(call, call.operand(0));
  if (!isListed(await publicIps(call, call.target), address)) {
    call.note(`Node does not know about IP address ${address.address}`);
    return;
  }
  const then = `Failed to delete public IP from node ${call.target}`;
  await call.ask(call.target, "DEL_PUBLIC_IP", { address, maskBits: 0, interface: null }, then);
}

async function reloadips(call: ClusterCall): Promise<number> {
  const map = await nodeMap(call);
  const active = activeNodes(map);
  const listed = listedNodes(call, map, call.operands[0]).filter((pnn) => active.includes(pnn));
  let failed = false;
  const status = await withProgress(call.io, "reloading public addresses", async () => {
    await whilePaused(call, "DISABLE_TAKEOVER_RUNS", PAUSE_TEXTS, async () => {
      if (listed.length === 0) call.fail(1, NOBODY_TO_ASK);
      if (!await askAll(call, listed, "RELOAD_PUBLIC_IPS")) {
        failed = true;
        call.note("Failed to reload IPs on some nodes.");
      }
    });
    return await runTakeover(call);
  });
  // The others have their new addresses, and those who asked must know that not all have.
  return failed ? 1 : status;
}
