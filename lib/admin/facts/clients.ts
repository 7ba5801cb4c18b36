import { basename } from "node:path";
import { MAX_LOOKED_AT_FILES, MAX_SEEN_CLIENTS } from "../../limits/mod.ts";
import type { SeenClient } from "../../survey/mod.ts";
import type { CoreSightsPort } from "../core-sights.ts";
import { programName } from "./programs.ts";

/** Processes that are looked at without a pause. */
const PAUSE_AFTER = 16;

/** Which clients are shown. */
export interface ClientsWish {
  /** Only those that connected behind this one; 0 for all. */
  readonly after: number;
  readonly limit: number;
}

/** All clients at one time, and which databases their processes have open. */
export class ClientsSnapshot {
  readonly total: number;
  readonly #clients: readonly SeenClient[];
  readonly #databases: ReadonlyMap<number, DatabaseName>;
  readonly #byPath: ReadonlyMap<string, string>;
  readonly #open = new Map<number, readonly string[]>();

  private constructor(
    total: number,
    clients: readonly SeenClient[],
    databases: ReadonlyMap<number, DatabaseName>,
  ) {
    this.total = total;
    this.#clients = clients;
    this.#databases = databases;
    this.#byPath = new Map([...databases.values()].map(({ path, name }) => [path, name]));
  }

  /** Asks the core, page by page. */
  static async take(
    core: Pick<CoreSightsPort, "clients">,
    databases: ReadonlyMap<number, DatabaseName>,
  ): Promise<ClientsSnapshot> {
    const clients: SeenClient[] = [];
    for (;;) {
      const page = await core.clients(clients.at(-1)?.serial ?? 0);
      clients.push(...page.clients);
      if (page.more && clients.length < MAX_SEEN_CLIENTS) continue;
      return new ClientsSnapshot(page.total, clients, databases);
    }
  }

  /** `GET /v1/clients`. */
  async document({ after, limit }: ClientsWish): Promise<Record<string, unknown>> {
    const behind = this.#clients.filter(({ serial }) => serial > after);
    const shown = behind.slice(0, limit);
    const clients: Record<string, unknown>[] = [];
    for (const [i, client] of shown.entries()) {
      if (i % PAUSE_AFTER === PAUSE_AFTER - 1) await new Promise((done) => setTimeout(done));
      clients.push(await this.#row(client));
    }
    return {
      count: this.total,
      clients,
      next_after: behind.length > shown.length ? shown.at(-1)?.serial ?? null : null,
    };
  }

  async #row(client: SeenClient): Promise<Record<string, unknown>> {
    const { serial, pid, uid, since_ms, queued, srvids, controls } = client;
    const attached = client.databases.first.flatMap((id) => this.#databases.get(id)?.name ?? []);
    return {
      id: serial,
      pid,
      program: await programName(pid),
      uid,
      connected_at: new Date(since_ms).toISOString(),
      databases: [...new Set([...attached, ...this.#openIn(pid)])].sort(),
      srvids: {
        count: srvids.total,
        first: srvids.first.map((srvid) => `0x${srvid.toString(16)}`),
      },
      queue: queued,
      controls_pending: controls,
    };
  }

  /** The daemon itself has all of them open. */
  #openIn(pid: number): readonly string[] {
    if (pid === Deno.pid) return [];
    const known = this.#open.get(pid) ?? openDatabases(pid, this.#byPath);
    this.#open.set(pid, known);
    return known;
  }
}

/** A database of the own node. */
export interface DatabaseName {
  readonly name: string;
  readonly path: string;
}

/** The name of a database by the path of its file, which ends in the number of the node. */
export function nameOfFile(path: string): string {
  return basename(path).replace(/\.\d+$/, "");
}

/** The databases that a process has open: an smbd has them from its parent, and attaches none. */
function openDatabases(pid: number, byPath: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set<string>();
  const directory = `/proc/${pid}/fd`;
  try {
    let looked = 0;
    for (const { name } of Deno.readDirSync(directory)) {
      if (++looked > MAX_LOOKED_AT_FILES) break;
      const database = byPath.get(linkTarget(`${directory}/${name}`));
      if (database !== undefined) found.add(database);
    }
  } catch {
    // Gone meanwhile, or in a container of its own.
  }
  return [...found];
}

function linkTarget(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
