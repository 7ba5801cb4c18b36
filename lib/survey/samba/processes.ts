import { ControlError, RequestTimeoutError } from "../../client/mod.ts";
import { LARGEST_PID, MAX_PROCESS_QUESTIONS } from "../../limits/mod.ts";
import { isDisconnected, nodeOf } from "../../samba/mod.ts";
import { INACTIVE_FLAGS, type ServerId } from "../../wire/mod.ts";
import type { SambaQuestions } from "./records.ts";

/**
 * What is known of the process in an entry. `disconnected`: the durable handle waits for its client
 * to come back. `unknown`: its node does not answer, or is not in the cluster.
 */
export type ProcessState = "alive" | "dead" | "disconnected" | "unknown";

/** Which of `ids` still run, each asked for once, at its own node. */
export async function processStates(
  questions: SambaQuestions,
  ids: Iterable<ServerId>,
): Promise<(id: ServerId) => ProcessState> {
  const { client, timeout_ms } = questions;
  const nodes = await client.control(client.pnn, "GET_NODEMAP", undefined, { timeout_ms });
  const usable = new Set(
    nodes.filter(({ flags }) => (flags & INACTIVE_FLAGS) === 0).map(({ pnn }) => pnn),
  );
  const wanted = new Map<string, ServerId>();
  for (const id of ids) wanted.set(nameOf(id), id);
  const states = new Map<string, ProcessState>();
  const queue = [...wanted];
  const ask = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [name, id] = next;
      states.set(name, await stateOf(questions, usable, id));
    }
  };
  await Promise.all(Array.from({ length: MAX_PROCESS_QUESTIONS }, ask));
  return (id) => states.get(nameOf(id)) ?? "unknown";
}

function nameOf({ vnn, pid, taskId, uniqueId }: ServerId): string {
  return `${vnn}:${pid}.${taskId}/${uniqueId}`;
}

async function stateOf(
  { client, timeout_ms, signal }: SambaQuestions,
  usable: ReadonlySet<number>,
  id: ServerId,
): Promise<ProcessState> {
  if (isDisconnected(id)) return "disconnected";
  const node = nodeOf(id);
  if (node === undefined || !usable.has(node) || id.pid > LARGEST_PID) return "unknown";
  const options = { timeout_ms, ...(signal === undefined ? {} : { signal }) };
  try {
    const process = { pid: Number(id.pid), srvid: id.uniqueId };
    await client.control(node, "CHECK_PID_SRVID", process, options);
    return "alive";
  } catch (error) {
    if (error instanceof ControlError) return "dead";
    if (error instanceof RequestTimeoutError) return "unknown";
    throw error;
  }
}
