/**
 * The client: talks to one public address for ever, line by line, and reconnects when the connection
 * is reset or says nothing. Prints a JSON line for each change: which host answers, since when.
 *
 * @module
 */
const [address, port] = Deno.args;
/** A client that heard nothing for so long gives its connection up. */
const PATIENCE_MS = 500;
const PAUSE_MS = 50;

let host: string | undefined;
let last = performance.now();
for (;;) {
  try {
    await talk();
  } catch (error) {
    report({ event: "lost", reason: error instanceof Error ? error.name : String(error) });
  }
  await pause(PAUSE_MS);
}

async function talk(): Promise<void> {
  using connection = await withPatience(
    Deno.connect({ hostname: address!, port: Number(port) }),
  );
  const buffer = new Uint8Array(64);
  for (;;) {
    await connection.write(new TextEncoder().encode("who\n"));
    const length = await withPatience(connection.read(buffer));
    if (length === null) throw new Deno.errors.ConnectionReset("closed");
    answered(new TextDecoder().decode(buffer.subarray(0, length)).trim());
    await pause(PAUSE_MS);
  }
}

function answered(by: string): void {
  const now = performance.now();
  if (by !== host) report({ event: "served", host: Number(by), gap_ms: Math.round(now - last) });
  host = by;
  last = now;
}

function report(line: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

function pause(delay_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay_ms));
}

async function withPatience<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Deno.errors.TimedOut("no answer")), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
