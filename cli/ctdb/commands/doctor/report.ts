import { memoryOf, memoryText } from "../../../../lib/limits/mod.ts";
import { NodeFlag } from "../../../../lib/wire/mod.ts";
import type { Tone } from "../../printing/style.ts";
import {
  count,
  type Diagnosis,
  diagnosisDocument,
  type Facts,
  type NamedFinding,
  type Severity,
} from "../../../../lib/survey/mod.ts";

/** Puts a text into a colour, or leaves it as it is. */
type Painter = (tone: Tone, text: string) => string;

const TONES: Readonly<Record<Severity, Tone>> = { error: "bad", warning: "warning", note: "faint" };
/** Where texts begin, behind the severity. */
const INDENT = "         ";

/** The report for people; lines of ours are no longer than `width`, what others said is left whole. */
export function reportText(
  diagnosis: Diagnosis,
  facts: Facts,
  width: number,
  paint: Painter,
): string {
  const { findings, checks } = diagnosis;
  const blocks = findings.map((finding) => findingText(finding, width, paint));
  const looked = checks.filter(({ skipped }) => skipped === undefined).map(({ name }) => name);
  const tail = [
    ...skippedLines(checks, width),
    ...wrap(`Checked: ${looked.join(", ")}.`, width, ""),
    ...wrap(`${memoryText(peersOf(facts))}.`, width, ""),
    summary(findings),
  ];
  return `${subject(facts)}\n\n${blocks.map((block) => `${block}\n`).join("")}${
    tail.map((line) => line.endsWith("\n") ? line : `${line}\n`).join("")
  }`;
}

/** Nodes that this one has links to, as far as it is known. */
function peersOf({ cluster, machine }: Facts): number {
  const nodes = cluster?.nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0) ??
    ("value" in machine.nodes ? machine.nodes.value.filter(({ deleted }) => !deleted) : []);
  return Math.max(0, nodes.length - 1);
}

/** Checks that could not look, those with the same reason together. */
function skippedLines(checks: Diagnosis["checks"], width: number): string[] {
  const byReason = Map.groupBy(checks, ({ skipped }) => skipped);
  byReason.delete(undefined);
  return [...byReason].flatMap(([reason, group]) =>
    wrap(`Not checked: ${group.map(({ name }) => name).join(", ")} (${reason}).`, width, "")
  );
}

function subject({ cluster, machine }: Facts): string {
  if (cluster === undefined) {
    const [own] = machine.ownPnns;
    return own === undefined ? "This machine" : `Node ${own}, seen without its daemon`;
  }
  const { pnn, nodes, leader } = cluster;
  const address = nodes.find((node) => node.pnn === pnn)?.address.address;
  const led = leader === undefined ? "no leader" : `leader ${leader}`;
  return `Node ${pnn} (${address}) of ${nodes.length}, ${led}`;
}

function findingText(finding: NamedFinding, width: number, paint: Painter): string {
  const { severity, title, detail, advice, check } = finding;
  const label = severity.toUpperCase();
  const [first = "", ...more] = wrap(`${title}. (${check})`, width - INDENT.length, "");
  const lines = [
    paint(TONES[severity], label.padEnd(INDENT.length)) + first,
    ...more.map((line) => INDENT + line),
    ...detail.flatMap((line) => line.startsWith("|") ? [INDENT + line] : wrap(line, width, INDENT)),
    ...wrap(advice, width, `${INDENT}   `).map((line, i) =>
      i === 0 ? `${INDENT}-> ${line.trimStart()}` : line
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function summary(findings: readonly NamedFinding[]): string {
  const number = (severity: Severity) =>
    findings.filter((finding) => finding.severity === severity).length;
  if (findings.length === 0) return "Nothing is wrong.";
  const parts = [
    count(number("error"), "error"),
    count(number("warning"), "warning"),
    count(number("note"), "note"),
  ];
  return `${parts.filter((part) => !part.startsWith("0 ")).join(", ")}.`;
}

/** Breaks a text between words, not within commands; what is too long stays whole. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|[^ `])+/g) ?? []) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + longer.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return [...lines, indent + line];
}

/** The report as `--json` prints it (docs/json.md). */
export function reportJson(diagnosis: Diagnosis, facts: Facts): unknown {
  const { worst, findings, checks } = diagnosisDocument(diagnosis);
  return {
    pnn: facts.cluster?.pnn ?? null,
    worst,
    findings,
    memory: {
      node_bytes: memoryOf("node"),
      peers: peersOf(facts),
      peer_bytes: memoryOf("peer"),
      client_bytes: memoryOf("client"),
      database_bytes: memoryOf("database"),
      script_bytes: memoryOf("script"),
    },
    checks,
  };
}
