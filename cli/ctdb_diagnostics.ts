/**
 * `ctdb_diagnostics`: collects what is needed to understand a cluster that has a problem, and
 * points at differences between its nodes (`cli.md` 13).
 *
 * @module
 */
import {
  ConfigError,
  installedPaths,
  loadSettings,
  type Paths,
  systemConfigIo,
} from "../lib/config/mod.ts";
import { MAX_CLOCK_DRIFT_S } from "../lib/limits/mod.ts";
import { configFiles, FileComparison, showLocalFile } from "./ctdb_diagnostics/files.ts";
import {
  clusterNodes,
  type DiagnosedNodes,
  findContactable,
  listNodes,
  localNode,
} from "./ctdb_diagnostics/nodes.ts";
import { type DiagnosticsOptions, parseDiagnosticsOptions } from "./ctdb_diagnostics/options.ts";
import { probeSections } from "./ctdb_diagnostics/probes.ts";
import { Report } from "./ctdb_diagnostics/report.ts";
import type { ProgramIo } from "./io.ts";

/** Runs the program; the status is the number of errors, as far as a status can hold it. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const allNodes = await listNodes(io);
  const options = parseDiagnosticsOptions(args);
  if (typeof options === "string") {
    io.stderr(options);
    return 1;
  }
  // From here on there is one stream, so that what went wrong stands where it happened.
  const joined: ProgramIo = { ...io, stderr: (data) => io.stdout(data) };
  const report = new Report(joined);
  try {
    await diagnose({ options, allNodes, paths: installedPaths(io.env), io: joined, report });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.error(error.message);
  }
  return report.errorCount & 0xff;
}

/** What is diagnosed, how, and where it is told. */
interface Diagnosis {
  readonly options: DiagnosticsOptions;
  readonly allNodes: readonly string[];
  readonly paths: Paths;
  readonly io: ProgramIo;
  readonly report: Report;
}

async function diagnose({ options, allNodes, paths, io, report }: Diagnosis): Promise<void> {
  report.banner();
  await report.run(["date"], {});
  const nodes = options.local
    ? startLocally(io, report)
    : await startOnNodes(options.nodes ?? allNodes, io, report);
  report.line("");
  report.line("For reference, here is the nodes file on the current node...");
  await showLocalFile(paths.nodes, io, report);

  report.section(`Comping critical config files on ${nodes.name}`);
  await new FileComparison(io, nodes, report, options).compareAll(configFiles(paths.etcdir));
  report.section("Checking for clock drift");
  await compareClocks(nodes, report);
  await probe(options, paths, nodes, report);
  await report.run(["date"], {});
  report.summary();
}

function startLocally(io: ProgramIo, report: Report): DiagnosedNodes {
  report.line("Diagnosis started on the local node");
  return localNode(io);
}

async function startOnNodes(
  wanted: readonly string[],
  io: ProgramIo,
  report: Report,
): Promise<DiagnosedNodes> {
  const { contactable, others } = await findContactable(io, wanted);
  report.line("Diagnosis started on these nodes:");
  report.line(contactable.join(","));
  if (others.length > 0) {
    report.line("");
    report.line("NOT RUNNING DIAGNOSTICS on these uncontactable nodes:");
    report.line(others.join(","));
  }
  return clusterNodes(io, contactable);
}

async function compareClocks(nodes: DiagnosedNodes, report: Report): Promise<void> {
  if (nodes.reference === undefined) return;
  const time_s = async (node: string) =>
    Number.parseInt((await nodes.ask(node, "date +%s")).output, 10);
  const reference_s = await time_s(nodes.reference);
  for (const node of nodes.others) {
    const drift_s = await time_s(node) - reference_s;
    if (Number.isNaN(drift_s)) report.error(`time on node ${node} is unknown`);
    else if (Math.abs(drift_s) > MAX_CLOCK_DRIFT_S) {
      report.error(`time on node ${node} differs by ${drift_s} seconds`);
    }
  }
}

async function probe(
  options: DiagnosticsOptions,
  paths: Paths,
  nodes: DiagnosedNodes,
  report: Report,
): Promise<void> {
  const sections = probeSections({
    activeDirectory: options.activeDirectory,
    etcdir: paths.etcdir,
    vardir: paths.vardir,
    logFile: await findLogFile(paths),
  });
  for (const { title, commands } of sections) {
    report.section(title);
    for (const command of commands) await nodes.probe(command, report);
  }
}

/** The file that the daemon logs to; the usual one if it logs elsewhere, as it may have before. */
async function findLogFile(paths: Paths): Promise<string> {
  const usual = `${paths.logdir}/log.ctdb`;
  try {
    const { values } = await loadSettings(paths, systemConfigIo);
    return /^file:(\/.*)$/.exec(values.text("logging", "location") ?? "")?.[1] ?? usual;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return usual;
  }
}
