import { captureChild } from "../child.ts";
import type { ProgramIo } from "../io.ts";
import { shellWord } from "../own-program.ts";
import type { DiagnosedNodes } from "./nodes.ts";
import type { DiagnosticsOptions } from "./options.ts";
import type { Report } from "./report.ts";

/** Files that all nodes should have, and have alike. */
export interface ConfigFiles {
  required: readonly string[];
  optional: readonly string[];
}

/** The files by the customs of the distribution, and of this installation of CTDB. */
export function configFiles(etcdir: string): ConfigFiles {
  const debian = isThere("/etc/debian_version");
  return {
    required: [
      "/etc/krb5.conf",
      "/etc/hosts",
      `${etcdir}/nodes`,
      `${etcdir}/ctdb.conf`,
      `${etcdir}/script.options`,
      "/etc/resolv.conf",
      "/etc/nsswitch.conf",
      "/etc/sysctl.conf",
      "/etc/samba/smb.conf",
      "/etc/fstab",
      "/etc/multipath.conf",
      debian ? "/etc/pam.d/common-auth" : "/etc/pam.d/system-auth",
      debian ? "/etc/default/nfs-kernel-server" : "/etc/sysconfig/nfs",
      "/etc/exports",
      "/etc/vsftpd/vsftpd.conf",
    ],
    optional: [`${etcdir}/public_addresses`, `${etcdir}/static-routes`],
  };
}

/** Shows each file of the reference node, and how those of the other nodes differ. */
export class FileComparison {
  readonly #io: ProgramIo;
  readonly #nodes: DiagnosedNodes;
  readonly #report: Report;
  readonly #options: DiagnosticsOptions;

  constructor(
    io: ProgramIo,
    nodes: DiagnosedNodes,
    report: Report,
    options: DiagnosticsOptions,
  ) {
    this.#io = io;
    this.#nodes = nodes;
    this.#report = report;
    this.#options = options;
  }

  async compareAll({ required, optional }: ConfigFiles): Promise<void> {
    const directory = Deno.makeTempDirSync({ prefix: "ctdb_diagnostics-" });
    try {
      for (const file of required) await this.#compare(file, directory, `${file} is missing`);
      for (const file of optional) {
        await this.#compare(file, directory, `Optional file ${file} is not present`);
      }
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  }

  async #compare(file: string, directory: string, missing: string): Promise<void> {
    const { reference, others } = this.#nodes;
    if (reference === undefined) return await showLocalFile(file, this.#io, this.#report);
    const name = shellWord(file);
    if (!(await this.#nodes.ask(reference, `[ -r ${name} ]`)).success) {
      return this.#report.error(`${missing} on node ${reference}`);
    }
    const contents = (await this.#nodes.ask(reference, `cat ${name}`)).output;
    const listing = (await this.#nodes.ask(reference, `ls -l ${name}`)).output;
    this.#report.box(`File (on node ${reference}): ${file}`, listing, contents);
    const base = this.#save(directory, file, reference, contents);
    for (const node of others) {
      this.#report.line(`Testing for same config file ${file} on node ${node}`);
      const other = (await this.#nodes.ask(node, `cat ${name}`)).output;
      await this.#showDifference(base, this.#save(directory, file, node, other), file, node);
    }
  }

  async #showDifference(base: string, other: string, file: string, node: string): Promise<void> {
    const options = ["-u"];
    if (this.#options.ignoreBlanks) options.push("-w");
    if (this.#options.ignoreComments) options.push("-I", "^#.*");
    const { status, output } = await captureChild(this.#io, ["diff", ...options, base, other], {
      merge: true,
    });
    if (status === 0) return;
    this.#report.error(`File ${file} is different on node ${node}`);
    this.#report.line(new TextDecoder().decode(output).trimEnd());
  }

  #save(directory: string, file: string, node: string, contents: string): string {
    const path = `${directory}/${file.slice(file.lastIndexOf("/") + 1)}.node${node}`;
    Deno.writeTextFileSync(path, contents);
    return path;
  }
}

/** A file of this node; what is wrong with it stands in its place. */
export async function showLocalFile(file: string, io: ProgramIo, report: Report): Promise<void> {
  const text = async (...command: string[]) => {
    const { output } = await captureChild(io, command, { merge: true });
    return new TextDecoder().decode(output);
  };
  report.box(`File: ${file}`, await text("ls", "-l", file), await text("cat", file));
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
