/**
 * Everybody who looks at a node at once: ten scrapes a second, fifty open event streams and the
 * heaviest documents one after the other. A process of its own, which works only when nobody else wants
 * the processor: `watchers.ts SOCKET`. Each line of its input has it begin or cease, and it says
 * `watching N` or `resting N`; it ends with its input.
 * @module
 */
import { Agent, type ClientRequest, request } from "node:http";
import process from "node:process";
import { createInterface } from "node:readline";

const [socketPath = ""] = Deno.args;
const SCRAPE_INTERVAL_MS = 100;
const STREAMS = 50;
const DOCUMENTS = ["cluster", "databases", "findings", "clients", "links", "locks", "addresses"];
/** Fifteen a second or so. */
const DOCUMENT_PAUSE_MS = 60;

const agent = new Agent({ keepAlive: true });
let open: ClientRequest[] = [];
let watching = false;

/** One answer, read to its end. */
async function ask(path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const asked = request({ socketPath, path, agent }, (answer) => {
    answer.on("data", () => {});
    answer.on("end", resolve);
    answer.on("error", reject);
    if (answer.statusCode !== 200) reject(new Error(`${path}: status ${answer.statusCode}`));
  });
  asked.on("error", reject);
  asked.end();
  await promise;
}

/** A stream of events that stays open. */
async function follow(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { accept: "text/event-stream" };
  const asked = request({ socketPath, path: "/v1/events", headers }, (answer) => {
    answer.on("data", () => {});
    answer.on("error", () => {});
    resolve();
  });
  asked.on("error", reject);
  asked.end();
  open.push(asked);
  await promise;
}

/** Asks for one after the other as long as there is watching. */
async function askAll(paths: readonly string[], pause_ms: number): Promise<void> {
  for (let turn = 0; watching; turn++) {
    await ask(paths[turn % paths.length]!);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

/** Begins; resolves when all streams are open. @returns what ends it */
async function watch(): Promise<() => Promise<void>> {
  watching = true;
  for (let streams = 0; streams < STREAMS; streams++) await follow();
  const scrapes = new Set<Promise<void>>();
  const scraping = setInterval(() => {
    const scrape = ask("/metrics").catch(failed).finally(() => scrapes.delete(scrape));
    scrapes.add(scrape);
  }, SCRAPE_INTERVAL_MS);
  const asking = askAll(DOCUMENTS.map((name) => `/v1/${name}`), DOCUMENT_PAUSE_MS).catch(failed);
  return async () => {
    watching = false;
    clearInterval(scraping);
    await Promise.all([asking, ...scrapes]);
    for (const stream of open) stream.destroy();
    open = [];
  };
}

const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
let rest: (() => Promise<void>) | undefined;
let turns = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  turns++;
  if (rest === undefined) {
    rest = await watch();
    say(`watching ${turns}`);
  } else {
    await rest();
    rest = undefined;
    say(`resting ${turns}`);
  }
}
Deno.exit(0);

function failed(error: unknown): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`));
  Deno.exit(1);
}
