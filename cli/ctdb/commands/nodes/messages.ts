import {
  BROADCAST_CONNECTED,
  Capability,
  decode,
  encode,
  i32,
  INACTIVE_FLAGS,
  NodeFlag,
  WireError,
} from "../../../../lib/wire/mod.ts";
import { disableMessage, Srvid, srvidMessage } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import { exitOfStatus } from "../../framework/failures.ts";
import { connectedNodes, freshNodeMap, nodeMap } from "./node-map.ts";
import { replySrvid } from "./reply-srvid.ts";

/** Answers that are waited for, and how the waiting ended. */
class Answers implements Disposable {
  readonly srvid = replySrvid();
  #unsubscribe = () => {};
  #onAnswer: (value: number) => void = () => {};

  static async open(call: ClusterCall): Promise<Answers> {
    const answers = new Answers();
    answers.#unsubscribe = await call.client.subscribe(answers.srvid, (data) => {
      const value = numberOf(data);
      if (value !== undefined) answers.#onAnswer(value);
    });
    return answers;
  }

  /** Collects until `enough` of all that came, or the time limit is over. */
  async collect(
    call: ClusterCall,
    enough: (values: readonly number[]) => boolean,
  ): Promise<readonly number[]> {
    const values: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onAnswer = (value) => {
      values.push(value);
      if (enough(values)) resolve();
    };
    await call.within(promise, call.timeLimit_ms);
    this.#onAnswer = () => {};
    return values;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }
}

function numberOf(data: Uint8Array): number | undefined {
  try {
    return decode(i32, data);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/**
 * Lets the leader give out public addresses anew and waits until it has (cli.md 2.11). Asks again
 * whenever nobody answers in time, unless nobody can: then it says so, where the C tool waits for
 * ever. Returns the exit status.
 *
 * @param withoutLeader exit status when no node can lead
 */
export async function runTakeover(call: ClusterCall, withoutLeader = 1): Promise<number> {
  using answers = await Answers.open(call);
  const request = encode(srvidMessage, { pnn: call.client.pnn, srvid: answers.srvid });
  for (;;) {
    call.client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request);
    const [answer] = await answers.collect(call, () => true);
    if (answer !== undefined) return answer < 0 ? exitOfStatus(answer) : 0;
    if (await nobodyCanLead(call)) {
      call.note(
        "No active node can lead: there are no recoveries, and public addresses stay where they " +
          "are, until one can (ctdb continue, ctdb setleaderrole on)",
      );
      return withoutLeader;
    }
  }
}

/** Whether no active node has the leader capability; false while that is not known for sure. */
async function nobodyCanLead(call: ClusterCall): Promise<boolean> {
  try {
    const map = await freshNodeMap(call);
    const active = map.filter(({ flags }) =>
      (flags & (INACTIVE_FLAGS | NodeFlag.DISCONNECTED)) === 0
    );
    const capabilities = await Promise.all(
      active.map(({ pnn }) => call.client.control(pnn, "GET_CAPABILITIES", undefined)),
    );
    return capabilities.every((set) => (set & Capability.RECMASTER) === 0);
  } catch {
    return false;
  }
}

/** What can be paused on all nodes for a while. */
export type Pausable = "DISABLE_TAKEOVER_RUNS" | "DISABLE_RECOVERIES";

/**
 * Pauses something on the nodes for twice the time limit, or with `resume` lets it go on (2.12).
 * False when a node refuses. A node that does not answer in time is no failure, as in the C tool.
 */
export async function pauseOnNodes(
  call: ClusterCall,
  what: Pausable,
  pnns: readonly number[],
  resume = false,
): Promise<boolean> {
  using answers = await Answers.open(call);
  const timeout_s = resume ? 0 : 2 * Math.max(1, call.options.timeLimit_s);
  const request = encode(disableMessage, {
    pnn: call.client.pnn,
    srvid: answers.srvid,
    timeout_s,
  });
  for (const pnn of pnns) call.client.message(pnn, Srvid[what], request);
  const enough = (values: readonly number[]) =>
    values.some((value) => value < 0) || pnns.every((pnn) => values.includes(pnn));
  const values = pnns.length === 0 ? [] : await answers.collect(call, enough);
  return values.every((value) => value >= 0);
}

/** Runs `work` while something is paused on all connected nodes, and lets it go on afterwards. */
export async function whilePaused<T>(
  call: ClusterCall,
  what: Pausable,
  texts: { readonly pause: string; readonly resume: string },
  work: () => Promise<T>,
): Promise<T> {
  const pnns = connectedNodes(await nodeMap(call));
  if (!await pauseOnNodes(call, what, pnns)) call.fail(1, texts.pause);
  let done = false;
  try {
    const result = await work();
    done = true;
    return result;
  } finally {
    const resumed = await pauseOnNodes(call, what, pnns, true).catch(() => false);
    if (!resumed && done) call.fail(1, texts.resume);
  }
}
