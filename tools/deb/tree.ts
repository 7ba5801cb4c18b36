import { ROOT } from "../console.ts";
import { install } from "../install.ts";

/** Files below `packaging/debian` and where they go. */
const SETTINGS: readonly (readonly [from: string, to: string])[] = [
  ["logrotate", "etc/logrotate.d/ctdb"],
  ["tmpfiles", "usr/lib/tmpfiles.d/ctdb-deno.conf"],
  ["lintian-overrides", "usr/share/lintian/overrides/ctdb-deno"],
];

/** What is not for a package: made when it is installed, at boot, or by the daemon. */
const NOT_PACKAGED = ["run", "etc/ctdb/events/legacy", "etc/ctdb/script.options"];

/** Puts what the package installs into `tree`, but for its documents. */
export async function stageTree(tree: string): Promise<void> {
  await install({ prefix: "/usr", destdir: tree });
  await keepAside(tree);
  for (const path of NOT_PACKAGED) await Deno.remove(`${tree}/${path}`, { recursive: true });
  // Without the links: which scripts are enabled is the administrator's choice.
  await Deno.mkdir(`${tree}/etc/ctdb/events/legacy`);
  await Deno.remove(`${tree}/usr/lib/ctdb-deno/LICENSE`);
  // Where the tools of this release of Debian look for units.
  await Deno.mkdir(`${tree}/lib/systemd`, { recursive: true });
  await Deno.rename(`${tree}/usr/lib/systemd/system`, `${tree}/lib/systemd/system`);
  await Deno.remove(`${tree}/usr/lib/systemd`);
  for (const [from, to] of SETTINGS) await copyText(`${ROOT}packaging/debian/${from}`, tree, to);
}

/** The options of the scripts are copied into place when there are none. */
async function keepAside(tree: string): Promise<void> {
  await Deno.copyFile(
    `${tree}/etc/ctdb/script.options`,
    `${tree}/usr/share/ctdb/script.options.example`,
  );
}

/** Copies a file to `to` below the tree, readable for everybody. */
export async function copyText(from: string, tree: string, to: string): Promise<void> {
  await writeText(tree, to, await Deno.readTextFile(from));
}

/** Writes a file below the tree, with the directories above it. */
export async function writeText(tree: string, to: string, text: string): Promise<void> {
  const path = `${tree}/${to}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, 0o644);
}
