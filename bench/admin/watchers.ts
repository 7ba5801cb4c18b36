/**
 * Everybody who looks at a node at once: ten scrapes a second, fifty open event streams and the
 * heaviest documents one after the other. A process of its own, which works only when nobody else wants
 * the processor: `watchers.ts SOCKET`. Says `watching` when all streams are open, ends with its input.
 * @module
 */
import { Agent, type ClientRequest, request } from "node:http";

const [socketPath = ""] = Deno.args;
const SCRAPE_INTERVAL_MS = 100;
const STREAMS = 50;
const DOCUMENTS = ["cluster", "databases", "findings", "clients", "links", "locks", "addresses"];
/** Fifteen a second or so. */
const DOCUMENT_PAUSE_MS = 60;

const agent = new Agent({ keepAlive: true });
const open: ClientRequest[] = [];

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

async function forEver(paths: readonly string[], pause_ms: number): Promise<never> {
  for (let turn = 0;; turn++) {
    await ask(paths[turn % paths.length]!);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

for (let streams = 0; streams < STREAMS; streams++) await follow();
const scraping = setInterval(() => void ask("/metrics").catch(failed), SCRAPE_INTERVAL_MS);
forEver(DOCUMENTS.map((name) => `/v1/${name}`), DOCUMENT_PAUSE_MS).catch(failed);
Deno.stdout.writeSync(new TextEncoder().encode("watching\n"));
for await (const _ of Deno.stdin.readable);
clearInterval(scraping);
Deno.exit(0);

function failed(error: unknown): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`));
  Deno.exit(1);
}
