import type { ClusterDocument, Finding, FindingsDocument } from "./documents.ts";
import { clockOf, count, sentence } from "./format.ts";
import { type Health, Mark, Seen } from "./parts.tsx";
import { lateOf, type View } from "./store.ts";

interface Verdict {
  readonly health: Health;
  readonly title: string;
  readonly text: string;
}

/** The first thing that anybody sees: is the cluster well, and if not, why, and what to do. */
export function VerdictPart({ view }: { view: View }) {
  const { health, title, text } = judge(view);
  const findings = view.findings?.findings.filter(({ severity }) => severity !== "note") ?? [];
  return (
    <section class={`verdict ${health}`} aria-live="polite" id="verdict">
      <div class="headline">
        <Mark health={health} />
        <div>
          <h1>{title}</h1>
          <p>{text}</p>
        </div>
      </div>
      {findings.length > 0 && (
        <Seen late={lateOf(view, "findings")} what="Findings">
          <Findings findings={findings} />
        </Seen>
      )}
    </section>
  );
}

function judge({ trouble, late, cluster, findings }: View): Verdict {
  const silent = trouble ?? late.cluster?.reason;
  if (silent !== undefined) {
    const seen_ms = late.cluster?.seen_ms;
    const age = seen_ms === undefined ? "" : ` What is shown below is of ${clockOf(seen_ms)}.`;
    return {
      health: "error",
      title: "This node does not answer",
      text: `${sentence(silent)}${age}`,
    };
  }
  if (cluster === undefined) {
    return { health: "busy", title: "Asking the cluster", text: "This takes a moment." };
  }
  if (cluster.recovery_mode !== "normal") {
    return {
      health: "busy",
      title: "A recovery is going on",
      text:
        "Databases are frozen meanwhile; it takes seconds. If it stays so, the events below say what fails.",
    };
  }
  // Nobody has looked yet, so nobody knows that all is well.
  if (findings === undefined && late.findings === undefined) {
    return { health: "busy", title: "Looking at the cluster", text: "This takes a moment." };
  }
  const verdict = judgeFindings(cluster, findings);
  if (late.findings === undefined || verdict.health === "error") return verdict;
  const title = "What may be wrong cannot be looked up";
  return { health: "warning", title, text: `${sentence(late.findings.reason)} ${verdict.text}` };
}

function judgeFindings(cluster: ClusterDocument, findings?: FindingsDocument): Verdict {
  const ok = cluster.nodes.filter(({ state, answers }) => state === "ok" && answers).length;
  const all = cluster.nodes.length;
  const of = `${ok} of ${count(all, "node")} ${ok === 1 ? "is" : "are"} ok`;
  const led = cluster.leader === null ? "nobody leads" : `node ${cluster.leader} leads`;
  const errors = findings?.findings.filter(({ severity }) => severity === "error").length ?? 0;
  const warnings = findings?.findings.filter(({ severity }) => severity === "warning").length ?? 0;
  if (errors > 0 || cluster.leader === null) {
    return {
      health: "error",
      title: errors === 0 ? "Nobody leads the cluster" : repairTitle(errors, warnings),
      text: `${of}, ${led}.`,
    };
  }
  if (warnings > 0 || !cluster.well) {
    const title = warnings === 0
      ? "Not all nodes are ok"
      : `It works, with ${count(warnings, "warning")}`;
    return { health: "warning", title, text: `${of}, ${led}.` };
  }
  const text = `${all === 1 ? "The node is" : `All ${all} nodes are`} ok, ${led}.`;
  return { health: "ok", title: "The cluster is well", text };
}

/** All the findings below it are counted. */
function repairTitle(errors: number, warnings: number): string {
  const title = `${count(errors, "thing")} need${errors === 1 ? "s" : ""} repair`;
  return warnings === 0 ? title : `${title}, ${count(warnings, "warning")}`;
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <ol class="findings">
      {findings.map((finding) => (
        <li key={finding.title} class={finding.severity}>
          <Mark health={finding.severity} />
          <div>
            <h3>{finding.title}</h3>
            {finding.detail.length > 0 && <pre>{finding.detail.slice(0, 8).join("\n")}</pre>}
            <p class="advice">{finding.advice}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
