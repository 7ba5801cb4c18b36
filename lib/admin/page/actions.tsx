import { useEffect, useState } from "preact/hooks";
import type { Api } from "./api.ts";
import { Confirmation } from "./confirmation.tsx";
import type { ClusterNode } from "./documents.ts";

/** A change, and the sentence about what it leads to. */
export interface Question {
  readonly title: string;
  readonly consequence: string;
  readonly confirm: string;
  readonly path: string;
  readonly body?: unknown;
  /** A node that would stop serving: what would be lost is looked up. */
  readonly loses?: number;
}

/** Asks the operator, then does it. */
export type Act = (question: Question) => void;

interface NodeAction {
  readonly name: string;
  readonly label: string;
  readonly fits: (node: ClusterNode) => boolean;
  readonly ask: (node: ClusterNode) => Question;
}

const has = (flag: string) => ({ flags }: ClusterNode) => flags.includes(flag);
const isThere = ({ flags }: ClusterNode) => !flags.includes("disconnected");
const BAN_S = 300;

/** What can be done to a node. */
export const NODE_ACTIONS: readonly NodeAction[] = [
  {
    name: "disable",
    label: "Disable",
    fits: (node) => isThere(node) && !has("disabled")(node),
    ask: ({ pnn }) => ({
      title: `Disable node ${pnn}?`,
      consequence:
        "All its public addresses move to other nodes, and clients connect again there. Its databases go on.",
      confirm: "Disable",
      path: `/v1/nodes/${pnn}/disable`,
      loses: pnn,
    }),
  },
  {
    name: "enable",
    label: "Enable",
    fits: has("disabled"),
    ask: ({ pnn }) => ({
      title: `Enable node ${pnn}?`,
      consequence: "It may host public addresses again; some move to it at once.",
      confirm: "Enable",
      path: `/v1/nodes/${pnn}/enable`,
    }),
  },
  {
    name: "stop",
    label: "Stop",
    fits: (node) => isThere(node) && !has("stopped")(node),
    ask: ({ pnn }) => ({
      title: `Stop node ${pnn}?`,
      consequence:
        "It leaves the cluster: its addresses move, the others recover the databases without it, and nothing on it can use them until it is continued.",
      confirm: "Stop",
      path: `/v1/nodes/${pnn}/stop`,
      loses: pnn,
    }),
  },
  {
    name: "continue",
    label: "Continue",
    fits: has("stopped"),
    ask: ({ pnn }) => ({
      title: `Let node ${pnn} take part again?`,
      consequence: "The cluster recovers its databases with it, which freezes them for a moment.",
      confirm: "Continue",
      path: `/v1/nodes/${pnn}/continue`,
    }),
  },
  {
    name: "ban",
    label: "Ban for 5 minutes",
    fits: (node) => isThere(node) && !has("banned")(node),
    ask: ({ pnn }) => ({
      title: `Ban node ${pnn} for 5 minutes?`,
      consequence:
        "It is out of the cluster for that time, as after failures: its addresses move and the others recover without it.",
      confirm: "Ban",
      path: `/v1/nodes/${pnn}/ban`,
      body: { seconds: BAN_S },
      loses: pnn,
    }),
  },
  {
    name: "unban",
    label: "Lift the ban",
    fits: has("banned"),
    ask: ({ pnn }) => ({
      title: `Lift the ban of node ${pnn}?`,
      consequence: "It comes back at once, and the cluster recovers its databases with it.",
      confirm: "Lift the ban",
      path: `/v1/nodes/${pnn}/unban`,
    }),
  },
];

/** The question about a move. */
export function askMove(address: string, node: number): Question {
  return {
    title: `Move ${address} to node ${node}?`,
    consequence:
      "Connections to this address break and clients connect again to the other node. It stays there until addresses are shared out anew.",
    confirm: "Move",
    path: `/v1/addresses/${encodeURIComponent(address)}/move`,
    body: { node },
  };
}

/** The question about a recovery. */
export const ASK_RECOVER: Question = {
  title: "Recover all databases?",
  consequence:
    "All databases are frozen for a moment on all nodes, and every lock waits meanwhile.",
  confirm: "Recover",
  path: "/v1/recover",
};

/** The dialog that says what a change leads to, before it is made. */
export function ActionDialog(
  { api, question, close }: { api: Api; question: Question; close: (done: boolean) => void },
) {
  const [losses, setLosses] = useState<readonly string[]>([]);
  useEffect(() => {
    if (question.loses === undefined) return;
    api.get<{ reasons: readonly string[] }>(`/v1/safe-to-stop?node=${question.loses}`)
      .then(
        ({ reasons }) => setLosses(reasons),
        (error: Error) =>
          setLosses([`whether anything would be lost could not be looked up: ${error.message}`]),
      );
  }, []);
  return (
    <Confirmation
      title={question.title}
      consequence={question.consequence}
      confirm={question.confirm}
      run={async () => void await api.post(question.path, question.body)}
      close={close}
    >
      {losses.length > 0 && (
        <div class="losses">
          <strong>This would not be safe now:</strong>
          <ul>{losses.map((loss) => <li key={loss}>{loss}</li>)}</ul>
        </div>
      )}
    </Confirmation>
  );
}
