import { captureChild } from "../child.ts";
import type { ProgramIo } from "../io.ts";
import { ownProgram } from "../own-program.ts";
import type { Report } from "./report.ts";

/** Where the commands of a diagnosis are run. */
export interface DiagnosedNodes {
  /** What is behind `on` in headings: `nodes 0,2`. */
  readonly name: string;
  /** The node that files are compared with; `undefined`: there is none, or only this one. */
  readonly reference: string | undefined;
  /** The nodes that are compared with it. */
  readonly others: readonly string[];
  /** Runs a shell command on all of them, and shows its output under host name and date. */
  probe(command: string, report: Report): Promise<void>;
  /** Runs a shell command on one of them. */
  ask(node: string, command: string): Promise<{ success: boolean; output: string }>;
}

/** The numbers of all nodes, as `ctdb listnodes` has them; its complaints go to the user. */
export async function listNodes(io: ProgramIo): Promise<string[]> {
  const { output } = await captureChild(io, [ownProgram(io, "ctdb"), "listnodes", "-X"]);
  const rows = new TextDecoder().decode(output).split("\n");
  return rows.flatMap((row) => /^\|([0-9]+)\|/.exec(row)?.[1] ?? []);
}

/** The environment for remote commands: a node that is down must not hold us up. */
export function sshEnvironment(io: ProgramIo): Record<string, string> {
  const options = io.env["EXTRA_SSH_OPTS"] ?? "";
  const patient = options.includes("ConnectTimeout=") ? options : `${options} -o ConnectTimeout=5`;
  return { EXTRA_SSH_OPTS: patient };
}

/** Divides nodes into those that a command can be run on and the others. */
export async function findContactable(
  io: ProgramIo,
  nodes: readonly string[],
): Promise<{ contactable: string[]; others: string[] }> {
  const env = sshEnvironment(io);
  const reached = await Promise.all(nodes.map(async (node) => {
    const { status } = await captureChild(io, [ownProgram(io, "onnode"), node, "true"], {
      env,
      quiet: true,
    });
    return status === 0;
  }));
  return {
    contactable: nodes.filter((_, at) => reached[at]),
    others: nodes.filter((_, at) => !reached[at]),
  };
}

/** Nodes that `onnode` reaches. */
export function clusterNodes(io: ProgramIo, nodes: readonly string[]): DiagnosedNodes {
  const env = sshEnvironment(io);
  const list = nodes.join(",");
  const [reference, ...others] = nodes;
  return {
    name: `nodes ${list}`,
    reference,
    others,
    async probe(command, report) {
      report.line(`running ${command} on nodes ${list}`);
      if (list !== "") {
        await report.run([ownProgram(io, "onnode"), list, probeScript(command)], env);
      }
    },
    async ask(node, command) {
      const result = await captureChild(io, [ownProgram(io, "onnode"), node, command], {
        env,
        quiet: true,
      });
      return { success: result.status === 0, output: new TextDecoder().decode(result.output) };
    },
  };
}

/** This node alone, without any remote shell. */
export function localNode(io: ProgramIo): DiagnosedNodes {
  return {
    name: "local node",
    reference: undefined,
    others: [],
    async probe(command, report) {
      report.line("running on local node");
      await report.run(["/bin/sh", "-c", probeScript(command)], {});
    },
    async ask(_node, command) {
      const shell = ["/bin/sh", "-c", command];
      const result = await captureChild(io, shell, { quiet: true });
      return { success: result.status === 0, output: new TextDecoder().decode(result.output) };
    },
  };
}

function probeScript(command: string): string {
  return `hostname; date; { ${command}; } 2>&1 | sed 's/^/  /'`;
}
