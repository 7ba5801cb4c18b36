/** A build of the cluster software: whose daemon a node of a test cluster runs. */
export interface DaemonKind {
  readonly name: string;
  /** The command of the daemon; it gets `-i`. */
  readonly daemon: readonly string[];
  /** The command of the administrator's tool of the same build. */
  readonly tool: readonly string[];
}

const root = new URL("../../", import.meta.url);

/** Ours, run from the source tree. */
export const ours: DaemonKind = {
  name: "ours",
  daemon: fromSource("ctdbd"),
  tool: fromSource("ctdb"),
};

/** Ours, as `deno task install --prefix` has put it. */
export function installedUnder(prefix: string): DaemonKind {
  return { name: prefix, daemon: [`${prefix}/sbin/ctdbd`], tool: [`${prefix}/bin/ctdb`] };
}

/** The C daemon of Debian's package. */
export const debian: DaemonKind = {
  name: "debian",
  daemon: ["/usr/sbin/ctdbd"],
  tool: ["/usr/bin/ctdb"],
};

/** Whether Debian's package is installed, to be tested against. */
export const debianAvailable: boolean = [debian.daemon[0]!, debian.tool[0]!].every(isFile);

/** The command that runs a program of ours from the source tree. */
function fromSource(program: string): readonly string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "-A",
    new URL("main.ts", root).pathname,
    program,
  ];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
