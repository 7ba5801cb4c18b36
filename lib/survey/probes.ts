import type { SocketAddress } from "../wire/mod.ts";
import type { ProbeResult } from "./facts.ts";
import { withinLimit } from "./limit.ts";

const PATIENCE_MS = 2000;

/** Whether the port of a node accepts a connection from here, which is closed again at once. */
export async function probe({ address, port }: SocketAddress): Promise<ProbeResult> {
  return await withinLimit(connectTo(address, port), PATIENCE_MS) ?? "silent";
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
