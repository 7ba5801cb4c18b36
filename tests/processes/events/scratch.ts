import { waitFor } from "../../../testing/process/wait.ts";

/** Whether Debian's event daemon and tool are installed, to be tested against. */
export const DEBIAN_EVENTD = "/usr/libexec/ctdb/ctdb-eventd";
export const DEBIAN_EVENT = "/usr/libexec/ctdb/ctdb-event";
export const debianAvailable = [DEBIAN_EVENTD, DEBIAN_EVENT].every((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** A directory laid out as `CTDB_BASE` of a node in test mode; gone when it is disposed of. */
export class Scratch implements Disposable {
  readonly base = Deno.makeTempDirSync({ prefix: "ctdb-events-" });
  /** What programs of either kind need to work on it. */
  readonly env = { CTDB_TEST_MODE: "1", CTDB_BASE: this.base, TZ: "UTC", LC_ALL: "C" };
  readonly socket = `${this.base}/run/eventd.socket`;

  constructor() {
    for (const directory of ["run", "var", "events/legacy", "share/events/legacy"]) {
      this.directory(directory);
    }
  }

  /** Makes a directory below the base; its path. */
  directory(path: string): string {
    Deno.mkdirSync(`${this.base}/${path}`, { recursive: true });
    return `${this.base}/${path}`;
  }

  /** Writes an executable shell script into component `legacy`, or to a path below the base. */
  script(name: string, body: string, mode = 0o755): string {
    const path = name.includes("/") ? name : `events/legacy/${name}.script`;
    return this.file(path, `#!/bin/sh\n${body}\n`, mode);
  }

  /** Writes a file below the base; its path. */
  file(path: string, content: string, mode = 0o644): string {
    const full = `${this.base}/${path}`;
    // Replaced, not rewritten: a running script must keep what it has open.
    Deno.writeTextFileSync(`${full}.new`, content);
    Deno.chmodSync(`${full}.new`, mode);
    Deno.renameSync(`${full}.new`, full);
    return full;
  }

  read(path: string): string {
    return Deno.readTextFileSync(`${this.base}/${path}`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.base, { recursive: true });
  }
}

/** Waits until `condition` holds; fails after far longer than it should take. */
export async function waitUntil(what: string, condition: () => boolean): Promise<void> {
  await waitFor(what, condition, { interval_ms: 10 });
}

/** Whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}
