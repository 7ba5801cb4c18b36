import type { SocketAddress } from "../../../lib/wire/mod.ts";
import type { ProbeResult } from "./facts.ts";

const PATIENCE_MS = 2000;

/** Whether the port of a node accepts a connection from here, which is closed again at once. */
export async function probe({ address, port }: SocketAddress): Promise<ProbeResult> {
  const connecting = connectTo(address, port);
  const { promise: late, resolve } = Promise.withResolvers<ProbeResult>();
  const timer = setTimeout(() => resolve("silent"), PATIENCE_MS);
  try {
    return await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function connectTo(hostname: string, port: number): Promise<ProbeResult> {
  try {
    const connection = await Deno.connect({ hostname, port });
    connection.close();
    return "accepts";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return "refused";
    return error instanceof Deno.errors.TimedOut ? "silent" : "unreachable";
  }
}
