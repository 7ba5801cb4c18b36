/**
 * Everybody who looks at a node at once: ten scrapes a second, fifty open event streams and the
 * heaviest documents one after the other. A process of its own that shall cost next to nothing, as
 * it is no part of what is measured: bare system calls, and of an answer it reads only where that
 * ends. `watchers.ts SOCKET`. Each line of its input has it begin or cease, and it says
 * `watching N` or `resting N`; it ends with its input.
 * @module
 */
import { cString, errno, libcFunctions } from "../../lib/base/mod.ts";

const [socketPath = ""] = Deno.args;
const SCRAPE_INTERVAL_MS = 100;
const STREAMS = 50;
const DOCUMENTS = ["cluster", "databases", "findings", "clients", "links", "locks", "addresses"];
/** Fifteen a second or so. */
const DOCUMENT_PAUSE_MS = 60;
/** Between two looks at what the streams bring. */
const FOLLOW_INTERVAL_MS = 500;

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const POLLIN = 1;
const EINTR = 4;
/** Of `struct pollfd`. */
const POLL_BYTES = 8;
const MAX_ANSWER_BYTES = 1 << 20;

const libc = libcFunctions({
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
});

const scratch = new Uint8Array(MAX_ANSWER_BYTES);
const latin1 = new TextDecoder("latin1");

/** A connection of one of those who look. */
class Connection {
  readonly fd: number;
  /** What of an answer is still to come; undefined before its length is known, 0 for none. */
  #left: number | undefined = 0;
  #head = "";

  constructor() {
    this.fd = done("socket", libc().socket(AF_UNIX, SOCK_STREAM, 0));
    const address = new Uint8Array([AF_UNIX, 0, ...cString(socketPath)]);
    done("connect", libc().connect(this.fd, address, address.length));
  }

  get waits(): boolean {
    return this.#left !== 0;
  }

  ask(request: Uint8Array<ArrayBuffer>): void {
    this.#left = undefined;
    done("send", Number(libc().send(this.fd, request, BigInt(request.length), 0)));
  }

  /** Reads what has come. */
  take(): void {
    const size = Number(libc().read(this.fd, scratch, BigInt(scratch.length)));
    if (done("read", size) === 0) throw new Error(`The node has closed: ${this.#head}`);
    if (this.#left === undefined) this.#begin(size);
    else this.#left = Math.max(0, this.#left - size);
  }

  close(): void {
    libc().close(this.fd);
  }

  #begin(size: number): void {
    this.#head += latin1.decode(scratch.subarray(0, size));
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!this.#head.startsWith("HTTP/1.1 200 ")) throw new Error(`Not 200: ${this.#head}`);
    // A stream has no length: it never waits for more.
    const length = /^content-length: ([0-9]+)/im.exec(this.#head)?.[1] ?? "0";
    this.#left = Math.max(0, Number(length) - (this.#head.length - end - 4));
    this.#head = "";
  }
}

/** Connections that are waited for together. */
class Waiting {
  readonly #connections: readonly Connection[];
  readonly #polled: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  /** @param more further descriptors, behind those of the connections */
  constructor(connections: readonly Connection[], more: readonly number[] = []) {
    this.#connections = connections;
    const fds = [...connections.map(({ fd }) => fd), ...more];
    this.#polled = new Uint8Array(fds.length * POLL_BYTES);
    this.#view = new DataView(this.#polled.buffer);
    fds.forEach((fd, i) => {
      this.#view.setInt32(i * POLL_BYTES, fd, true);
      this.#view.setInt16(i * POLL_BYTES + 4, POLLIN, true);
    });
  }

  /** Reads what has come, having waited so long for the first. */
  take(wait_ms: number): void {
    const count = BigInt(this.#polled.length / POLL_BYTES);
    while (libc().poll(this.#polled, count, Math.ceil(wait_ms)) < 0) {
      const number = errno();
      if (number !== EINTR) throw new Error(`poll: errno ${number}`);
    }
    this.#connections.forEach((connection, i) => this.has(i) && connection.take());
  }

  /** Whether the last {@link take} found something at a place. */
  has(i: number): boolean {
    return this.#view.getInt16(i * POLL_BYTES + 6, true) !== 0;
  }
}

const request = (path: string, accept: string) =>
  new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nhost: node\r\naccept: ${accept}\r\n\r\n`);
const SCRAPE = request("/metrics", "text/plain");
const FOLLOW = request("/v1/events", "text/event-stream");
const READS = DOCUMENTS.map((name) => request(`/v1/${name}`, "application/json"));
const STDIN = 0;

/** Everybody, until there is a line of input. */
function watch(began: () => void): void {
  const streams = Array.from({ length: STREAMS }, () => new Connection());
  const following = new Waiting(streams);
  for (const stream of streams) stream.ask(FOLLOW);
  while (streams.some(({ waits }) => waits)) following.take(SCRAPE_INTERVAL_MS);
  const [scraper, reader] = [new Connection(), new Connection()];
  const asking = new Waiting([scraper, reader], [STDIN]);
  began();
  let turn = 0;
  let readAt_ms = performance.now();
  let scrapeAt_ms = readAt_ms;
  let followAt_ms = readAt_ms;
  while (!asking.has(2)) {
    const now_ms = performance.now();
    if (!scraper.waits && scrapeAt_ms <= now_ms) {
      scraper.ask(SCRAPE);
      scrapeAt_ms = Math.max(scrapeAt_ms + SCRAPE_INTERVAL_MS, now_ms);
    }
    if (!reader.waits && readAt_ms <= now_ms) {
      reader.ask(READS[turn++ % READS.length]!);
      readAt_ms = now_ms + DOCUMENT_PAUSE_MS;
    }
    if (followAt_ms <= now_ms) {
      following.take(0);
      followAt_ms = now_ms + FOLLOW_INTERVAL_MS;
    }
    const nextScrape_ms = scraper.waits ? Infinity : scrapeAt_ms;
    const nextRead_ms = reader.waits ? Infinity : readAt_ms;
    asking.take(Math.max(0, Math.min(nextScrape_ms, nextRead_ms, followAt_ms) - now_ms));
  }
  const last = new Waiting([scraper, reader]);
  while (scraper.waits || reader.waits) last.take(SCRAPE_INTERVAL_MS);
  for (const one of [...streams, scraper, reader]) one.close();
}

function done(what: string, result: number): number {
  if (result < 0) throw new Error(`${what} ${socketPath}: errno ${errno()}`);
  return result;
}

const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
/** One line; its writer writes one at a time. False at the end of the input. */
const line = () => Deno.stdin.readSync(new Uint8Array(16)) !== null;

for (let turns = 1; line(); turns += 2) {
  watch(() => say(`watching ${turns}`));
  if (!line()) break;
  say(`resting ${turns + 1}`);
}
