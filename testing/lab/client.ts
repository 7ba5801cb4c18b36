/**
 * The client: talks to one public address for ever, line by line, and connects again when its
 * connection is reset. Prints a JSON line for each change: which host answers, since when.
 *
 * With a patience it also gives up a connection that says nothing for so long, as an HTTP client
 * does; with patience 0 it waits for the reset, as SSH does; with a negative one it says a single
 * line and then nothing: whoever resets that connection has to take the first step.
 *
 * @module
 */
import type { ClientEvent } from "./lab-client.ts";

const [address, port, patienceText] = Deno.args;
const PATIENCE_MS = Number(patienceText);
/** A host in the same network answers a SYN at once or has not got the address. */
const CONNECT_PATIENCE_MS = 200;
const PAUSE_MS = 25;

let host: number | undefined;
let lastPort: number | undefined;
let last_ms = Date.now();
for (;;) {
  try {
    await talk();
  } catch (error) {
    const reason = error instanceof Error ? error.name : String(error);
    report({ event: "lost", reason, at_ms: Date.now() });
  }
  await pause(PAUSE_MS);
}

async function talk(): Promise<void> {
  using connection = await connect();
  const buffer = new Uint8Array(64);
  for (;;) {
    await connection.write(new TextEncoder().encode("who\n"));
    const length = await within(PATIENCE_MS, connection.read(buffer));
    if (length === null) throw new Deno.errors.ConnectionReset("closed");
    const host = Number(new TextDecoder().decode(buffer.subarray(0, length)).trim());
    answered(host, connection.localAddr.port);
    if (PATIENCE_MS < 0) {
      await connection.read(buffer);
      throw new Deno.errors.ConnectionReset("closed");
    }
    await pause(PAUSE_MS);
  }
}

async function connect(): Promise<Deno.TcpConn> {
  const connecting = Deno.connect({ hostname: address!, port: Number(port) });
  try {
    return await within(CONNECT_PATIENCE_MS, connecting);
  } catch (error) {
    connecting.then((late) => late.close()).catch(() => {});
    throw error;
  }
}

function answered(by: number, port: number): void {
  const now_ms = Date.now();
  if (by !== host || port !== lastPort) {
    report({ event: "served", host: by, port, at_ms: now_ms, gap_ms: now_ms - last_ms });
  }
  host = by;
  lastPort = port;
  last_ms = now_ms;
}

function report(line: ClientEvent): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

function pause(delay_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay_ms));
}

/** The promise's value, unless it takes too long; 0 or less: however long it takes. */
async function within<T>(limit_ms: number, promise: Promise<T>): Promise<T> {
  if (limit_ms <= 0) return await promise;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Deno.errors.TimedOut("no answer")), limit_ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
