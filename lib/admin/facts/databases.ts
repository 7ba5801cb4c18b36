import type { ClusterClient } from "../../client/mod.ts";
import { LONGEST_RATE_INTERVAL_MS, MAX_HOT_RECORDS } from "../../limits/mod.ts";
import { type Sample, Sampler, type SampleSource, topModel } from "../../survey/mod.ts";
import { DbFlag, type DbStatistics, escapeBytes, idText } from "../../wire/mod.ts";
import { ask, askMaybe, PATIENCE_MS } from "./ask.ts";
import { latencyDocument } from "./node.ts";

/** Two samples closer than this tell no rate; those further apart, an old one. */
const LEAST_INTERVAL_MS = 900;

/** The counters of all nodes, as `ctdb top` sees them, with the ones of before for the rates. */
export class ClusterSamples {
  readonly #client: () => ClusterClient;
  #sampler: { readonly client: ClusterClient; readonly sampler: Sampler } | undefined;
  #previous: Sample | undefined;
  #current: Sample | undefined;

  constructor(client: () => ClusterClient) {
    this.#client = client;
  }

  /** A new sample, and the one before it that rates are told from. */
  async take(): Promise<{ readonly previous: Sample | undefined; readonly current: Sample }> {
    const client = this.#client();
    if (this.#sampler?.client !== client) {
      this.#sampler = { client, sampler: new Sampler(sourceOf(client)) };
      this.#previous = this.#current = undefined;
    }
    const current = await this.#sampler.sampler.take();
    if (this.#current !== undefined) {
      const since_ms = current.at_ms - this.#current.at_ms;
      if (since_ms >= LEAST_INTERVAL_MS) this.#previous = this.#current;
    }
    this.#current = current;
    const before = this.#previous;
    const isOld = before !== undefined && current.at_ms - before.at_ms > LONGEST_RATE_INTERVAL_MS;
    return { previous: isOld ? undefined : before, current };
  }
}

function sourceOf(client: ClusterClient): SampleSource {
  return {
    target: client.pnn,
    timeLimit_ms: PATIENCE_MS,
    ask: (pnn, name, request) => ask(client, pnn, name, request),
    send: (pnn, name, request, options) => client.control(pnn, name, request, options),
  };
}

/** What is looked up once per database, and its size, which is looked up each time. */
interface DatabaseFile {
  readonly path: string | null;
  readonly health: string | null;
  readonly bytes: number | null;
}

/** Where the own node's databases lie, by id; those that have gone meanwhile are left out. */
export async function databasePaths(
  client: ClusterClient,
  ids: readonly number[],
  known: Map<number, string>,
): Promise<ReadonlyMap<number, string>> {
  const paths = await Promise.all(ids.map(async (id) => {
    const path = known.get(id) ?? await askMaybe(client, client.pnn, "GETDBPATH", id);
    if (path !== undefined) known.set(id, path);
    return path === undefined ? [] : [[id, path] as const];
  }));
  return new Map(paths.flat());
}

/** The own node's files of its databases. */
export async function databaseFiles(
  client: ClusterClient,
  ids: readonly number[],
  paths: Map<number, string>,
): Promise<ReadonlyMap<number, DatabaseFile>> {
  const known = await databasePaths(client, ids, paths);
  const files = await Promise.all(ids.map(async (id) => {
    const path = known.get(id);
    const health = await askMaybe(client, client.pnn, "DB_GET_HEALTH", id);
    // Never opened: closing any descriptor of a database would drop the locks of this process.
    const bytes = path === undefined
      ? null
      : await Deno.stat(path).then(({ size }) => size, () => null);
    return [id, { path: path ?? null, health: health ?? null, bytes }] as const;
  }));
  return new Map(files);
}

/** `GET /v1/databases`. */
export function databasesDocument(
  samples: { readonly previous: Sample | undefined; readonly current: Sample },
  files: ReadonlyMap<number, DatabaseFile>,
  leader: number | undefined,
): Record<string, unknown> {
  const { previous, current } = samples;
  const model = topModel(previous, current, leader);
  const databases = model.databases.map((row) => ({
    ...identity(row.id, row.name, row.flags),
    ...fileDocument(files.get(row.id)),
    nodes: current.databases.find(({ id }) => id === row.id)?.statistics.size ?? 0,
    calls_per_s: model.hasRates ? row.calls_per_s : null,
    locks: {
      per_s: model.hasRates ? row.locks_per_s : null,
      mean_wait_s: row.lockWait_ms === undefined ? null : row.lockWait_ms / 1000,
      max_wait_s: row.lockMax_ms / 1000,
      waiting: row.lockPending,
    },
  }));
  return {
    node: current.asked,
    rates: model.hasRates,
    databases,
    hot_keys: model.hotKeys.slice(0, MAX_HOT_RECORDS).map(({ database, key, pnn, count }) => ({
      database,
      node: pnn,
      peak_per_s: count,
      ...keyDocument(key),
    })),
  };
}

/** `GET /v1/databases/{name}`; undefined when there is none of that name or id. */
export function databaseDocument(
  current: Sample,
  files: ReadonlyMap<number, DatabaseFile>,
  name: string,
): Record<string, unknown> | undefined {
  const found = current.databases.find((one) => one.name === name || idText(one.id) === name);
  if (found === undefined) return undefined;
  return {
    ...identity(found.id, found.name, found.flags),
    ...fileDocument(files.get(found.id)),
    nodes: [...found.statistics].map(([pnn, statistics]) => ({
      pnn,
      ...countersDocument(statistics),
    })),
  };
}

function countersDocument(of: DbStatistics): Record<string, unknown> {
  const { locks, vacuum } = of;
  return {
    locks: {
      granted: locks.latency.num,
      failed: locks.numFailed,
      waiting: locks.numPending + locks.numCurrent,
      latency: latencyDocument(locks.latency),
      buckets: locks.buckets,
    },
    vacuum: latencyDocument(vacuum.latency),
    hops: of.hopCountBucket,
    read_only_delegations: of.dbRoDelegations,
    read_only_revokes: of.dbRoRevokes,
    hot_keys: of.hotKeys.filter(({ count }) => count > 0)
      .map(({ count, key }) => ({ peak_per_s: count, ...keyDocument(key) })),
  };
}

/** `volatile`, `persistent` or `replicated`. */
export function kindText(flags: number): string {
  if ((flags & DbFlag.PERSISTENT) !== 0) return "persistent";
  return (flags & DbFlag.REPLICATED) !== 0 ? "replicated" : "volatile";
}

function identity(id: number, name: string, flags: number) {
  return {
    id: idText(id),
    name,
    kind: kindText(flags),
    read_only: (flags & DbFlag.READONLY) !== 0,
    sticky: (flags & DbFlag.STICKY) !== 0,
  };
}

function fileDocument(file: DatabaseFile | undefined) {
  return {
    path: file?.path ?? null,
    bytes: file?.bytes ?? null,
    healthy: (file?.health ?? null) === null,
    unhealthy_because: file?.health ?? null,
  };
}

/** A key as documents show it. */
export function keyDocument(key: Uint8Array) {
  return { key: escapeBytes(key), key_hex: key.toHex() };
}
