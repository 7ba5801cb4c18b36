import { type Logger, messageOf } from "../../base/mod.ts";
import {
  MAX_HISTORY_BATCH_BYTES,
  MAX_HISTORY_BATCH_ROWS,
  MAX_HISTORY_ROWS,
  MAX_UNWRITTEN_ROWS,
} from "../../limits/mod.ts";
import { eventDocument, type StoryEvent } from "../story/story.ts";

/** The part of Deno KV that history is kept with. */
export type Kv = Pick<Deno.Kv, "get" | "set" | "list" | "atomic" | "delete" | "close">;

/** What history stands on. */
export interface HistoryPorts {
  readonly path: string;
  readonly log: Logger;
  /** Says that history is lost, once per reason. */
  readonly trouble: (failure: string) => void;
  /** How long events are kept. */
  readonly keep_ms: number;
  /** Size of the file that is not to be exceeded. */
  readonly limit_bytes: number;
  readonly open: (path: string) => Promise<Kv>;
  readonly size: (path: string) => Promise<number>;
}

/** One sample of a minute: seconds since the epoch, then the values of the columns. */
export type SeriesRow = readonly (number | null)[];

/** Events and samples wait for each other, so that the disk is asked once for many. */
const FLUSH_MS = 2000;
/** Between two attempts to have a store again. */
const RETRY_MS = 60_000;
/** What has grown to its share of the limit becomes the older of two files, and replaces that. */
const FILES = 2;

interface Waiting {
  readonly key: readonly [string, number];
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * Events and samples on disk, bounded in time and size: two files, of which the older is dropped when
 * the newer is full. Whatever happens to the store costs history and nothing else: it says so, and
 * begins anew when it can.
 */
export class History {
  readonly #ports: HistoryPorts;
  #kv: Kv | undefined;
  /** Of the file that is open. */
  #inode: number | undefined;
  /** What was written before. */
  #older: Kv | undefined;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextTry_ms = 0;
  #lost: string | undefined = "not yet opened";
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
    this.#arm();
  }

  /** Why nothing is kept; undefined when it is. */
  get lost(): string | undefined {
    return this.#lost;
  }

  event(event: StoryEvent): void {
    this.#add(["event", event.id], eventDocument(event));
  }

  sample(row: SeriesRow): void {
    this.#add(["sample", row[0]!], row);
  }

  /** Events behind `id`, oldest first. */
  async eventsAfter(id: number, limit: number): Promise<readonly Record<string, unknown>[]> {
    return await this.#read("event", id + 1, Infinity, limit, false);
  }

  /** Events that this node heard of between two times (ms), the latest `limit` of them, oldest first. */
  async eventsBetween(
    from_ms: number,
    to_ms: number,
    limit: number,
  ): Promise<readonly Record<string, unknown>[]> {
    const found = await this.#read<Record<string, unknown>>(
      "event",
      from_ms * 1000,
      to_ms * 1000,
      limit,
      true,
    );
    return found.toReversed();
  }

  /** Samples between two times, in seconds since the epoch. */
  async samplesBetween(from_s: number, to_s: number): Promise<readonly SeriesRow[]> {
    const rows = await this.#read<SeriesRow>("sample", from_s, to_s, MAX_HISTORY_ROWS, true);
    return rows.toReversed();
  }

  /** Writes what waits; for the end of the daemon, and for tests. */
  async flush(): Promise<void> {
    await this.#flushing;
    this.#flushing = this.#flushAll();
    await this.#flushing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.flush();
    this.#closeStores();
  }

  #add(key: readonly [string, number], value: unknown): void {
    const bytes = JSON.stringify(value).length;
    if (bytes > MAX_HISTORY_BATCH_BYTES / 8) return;
    this.#waiting.push({ key, value, bytes });
    if (this.#waiting.length > MAX_UNWRITTEN_ROWS) this.#waiting.shift();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.flush().catch((error) => this.#loseHistory(messageOf(error))).finally(() => {
        if (!this.#closed) this.#arm();
      });
    }, FLUSH_MS);
    Deno.unrefTimer(Number(this.#timer));
  }

  async #flushAll(): Promise<void> {
    if (this.#waiting.length > 0) await this.#checkPlace();
    if (await this.#store() === undefined) return;
    try {
      while (this.#waiting.length > 0) await this.#write(this.#takeBatch());
    } catch (error) {
      await this.#failed(error);
    }
  }

  /** What is written to a file that nobody will find again is lost. */
  async #checkPlace(): Promise<void> {
    if (this.#kv === undefined) return;
    const { path } = this.#ports;
    const inode = await inodeOf(path);
    if (inode === this.#inode) return;
    this.#closeStores();
    this.#nextTry_ms = 0;
    // What the old one leaves beside it would be taken for the new one's.
    await (inode === undefined ? removeStore(path) : moveAside(path));
    const what = inode === undefined ? "the file is gone" : "the file is another: moved aside";
    this.#loseHistory(`${what}, a new one is begun`);
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const one of this.#waiting) {
      bytes += one.bytes;
      if (count > 0 && (count >= MAX_HISTORY_BATCH_ROWS || bytes > MAX_HISTORY_BATCH_BYTES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { keep_ms, limit_bytes, size, path } = this.#ports;
    const kv = await this.#store();
    if (kv === undefined) return;
    let change = kv.atomic();
    for (const { key, value } of batch) change = change.set(key, value, { expireIn: keep_ms });
    if (!(await change.commit()).ok) throw new Error("the store refused a change");
    if (await size(path) > limit_bytes / FILES) await this.#rotate();
  }

  /** The newer file becomes the older one. */
  async #rotate(): Promise<void> {
    const { path } = this.#ports;
    this.#closeStores();
    await removeStore(olderOf(path));
    for (const suffix of SUFFIXES) {
      await Deno.rename(`${path}${suffix}`, `${olderOf(path)}${suffix}`).catch(ignoreMissing);
    }
    this.#nextTry_ms = 0;
    await this.#store();
  }

  #closeStores(): void {
    for (const kv of [this.#kv, this.#older]) {
      try {
        kv?.close();
      } catch {
        // It is broken: closing it may be, too.
      }
    }
    this.#kv = this.#older = undefined;
  }

  async #read<T = Record<string, unknown>>(
    kind: string,
    from: number,
    to: number,
    limit: number,
    reverse: boolean,
  ): Promise<readonly T[]> {
    await this.flush();
    if (this.#kv === undefined) return [];
    const stores = reverse ? [this.#kv, this.#older] : [this.#older, this.#kv];
    const end = Number.isFinite(to) ? [kind, to] : [kind, Number.MAX_VALUE];
    const rows: T[] = [];
    try {
      for (const kv of stores) {
        const most = Math.min(MAX_HISTORY_ROWS, limit) - rows.length;
        if (kv === undefined || most <= 0) continue;
        const range = { start: [kind, from], end };
        for await (const { value } of kv.list<T>(range, { limit: most, reverse })) rows.push(value);
      }
    } catch (error) {
      await this.#failed(error);
    }
    return rows;
  }

  async #store(): Promise<Kv | undefined> {
    if (this.#kv !== undefined) return this.#kv;
    if (performance.now() < this.#nextTry_ms) return undefined;
    this.#nextTry_ms = performance.now() + RETRY_MS;
    const { path, open } = this.#ports;
    try {
      this.#kv = await openChecked(path, open);
    } catch (error) {
      const failure = messageOf(error);
      if (!isDamage(failure)) return this.#loseHistory(failure);
      try {
        await moveAside(path);
        this.#loseHistory(`${failure}: moved aside, a new one is begun`);
        this.#kv = await openChecked(path, open);
      } catch (again) {
        return this.#loseHistory(messageOf(again));
      }
    }
    this.#lost = undefined;
    this.#inode = await inodeOf(path);
    const hasOlder = await Deno.stat(olderOf(path)).then(() => true, () => false);
    if (hasOlder) this.#older = await openChecked(olderOf(path), open).catch(() => undefined);
    return this.#kv;
  }

  #loseHistory(failure: string): undefined {
    const reason = `history is not kept: ${this.#ports.path}: ${failure}`;
    if (this.#lost !== reason) {
      this.#ports.log.error(`Admin: ${reason}`);
      this.#ports.trouble(reason);
    }
    this.#lost = reason;
    return undefined;
  }

  async #failed(error: unknown): Promise<void> {
    const failure = messageOf(error);
    this.#closeStores();
    this.#loseHistory(failure);
    if (isDamage(failure)) {
      await moveAside(this.#ports.path).catch(() => {});
      this.#nextTry_ms = 0;
    } else this.#nextTry_ms = performance.now() + RETRY_MS;
  }
}

/** Opens a store and looks whether it can be written and read: a file may be none. */
async function openChecked(path: string, open: HistoryPorts["open"]): Promise<Kv> {
  const directory = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const kv = await open(path);
  try {
    await kv.set(["opened"], Date.now());
    await kv.get(["opened"]);
    return kv;
  } catch (error) {
    try {
      kv.close();
    } catch {
      // As above.
    }
    throw error;
  }
}

/** What SQLite says of a file that is not one of its own, or not any more. */
function isDamage(failure: string): boolean {
  return /malformed|not a database|corrupt|disk image|no such table|file is encrypted|SQL logic/i
    .test(failure);
}

/** A store, its log, and what readers of that share. */
const SUFFIXES = ["", "-wal", "-shm"] as const;

/** Which file stands at a path; undefined when there is none. */
async function inodeOf(path: string): Promise<number | undefined> {
  return await Deno.stat(path).then(({ ino }) => ino ?? undefined, () => undefined);
}

async function moveAside(path: string): Promise<void> {
  const stamp = new Date().toISOString().replace(/[:.]/g, "-");
  await Deno.rename(path, `${path}.damaged-${stamp}`);
  await removeStore(path);
}

async function removeStore(path: string): Promise<void> {
  for (const suffix of SUFFIXES) await Deno.remove(`${path}${suffix}`).catch(ignoreMissing);
}

function olderOf(path: string): string {
  return path.replace(/(\.kv)?$/, ".older.kv");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The bytes of a store with its log; 0 when there is none. */
export async function storeSize(path: string): Promise<number> {
  const sizes = await Promise.all(
    ["", "-wal"].map((suffix) => Deno.stat(`${path}${suffix}`).then(({ size }) => size, () => 0)),
  );
  return sizes[0]! + sizes[1]!;
}
