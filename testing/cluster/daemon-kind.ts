import { RUNTIME_FLAGS } from "../../lib/base/mod.ts";
import { mainModule } from "../process/main-module.ts";

/** A build of the cluster software: whose daemon a node of a test cluster runs. */
export interface DaemonKind {
  /** For messages. */
  readonly name: string;
  /** The command of the daemon; it gets `-i`. */
  readonly daemon: readonly string[];
  /** The command of the administrator's tool of the same build. */
  readonly tool: readonly string[];
  /** What the daemon has in its environment besides. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Ours, run from the source tree, or as a run of the tests has bundled it. */
export const ours: DaemonKind = fromModule(mainModule, "ours");

/** Ours, run from a source tree; `flags` are added to those of the daemon's runtime. */
export function fromTree(tree: string, name: string, flags: readonly string[] = []): DaemonKind {
  return fromModule(`${tree}/main.ts`, name, flags);
}

function fromModule(main: string, name: string, flags: readonly string[] = []): DaemonKind {
  const start = [Deno.execPath(), "run", "--no-check", ...RUNTIME_FLAGS];
  return { name, daemon: [...start, ...flags, main, "ctdbd"], tool: [...start, main, "ctdb"] };
}

/** Ours, as `deno task install --prefix` has put it. */
export function installedUnder(prefix: string): DaemonKind {
  return { name: prefix, daemon: [`${prefix}/sbin/ctdbd`], tool: [`${prefix}/bin/ctdb`] };
}

/** Ours, as `deno task compile` has made one file of it. */
export function compiledInto(path: string): DaemonKind {
  return { name: "ours", daemon: [path, "ctdbd"], tool: [path, "ctdb"] };
}

/** The C daemon of Debian's package. */
export const debian: DaemonKind = {
  name: "debian",
  daemon: ["/usr/sbin/ctdbd"],
  tool: ["/usr/bin/ctdb"],
  // In test mode those after 4.24 end at once without it (`next.md` 8.2).
  env: { CTDB_TEST_HELPER_BINDIR: "/usr/libexec/ctdb" },
};

/** Whether Debian's package is installed, to be tested against. */
export const debianAvailable: boolean = [debian.daemon[0]!, debian.tool[0]!].every(isFile);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
