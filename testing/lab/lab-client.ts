import { waitFor } from "../process/wait.ts";
import { SERVICE_PORT } from "./host.ts";
import { JsonLines } from "../process/json-lines.ts";
import type { Lab } from "./lab.ts";

/** What the client's program (`client.ts`) prints. */
export type ClientEvent =
  | {
    readonly event: "served";
    readonly host: number;
    /** The client's port of the connection. */
    readonly port: number;
    readonly at_ms: number;
    /** How long nobody had answered before. */
    readonly gap_ms: number;
  }
  | { readonly event: "lost"; readonly reason: string; readonly at_ms: number };

/** Patience of a client that never gives up a connection. */
export const FOR_EVER = 0;
/** The same, and it says nothing after its first line. */
export const IDLE = -1;

/** How a client saw its address move. */
export interface Move {
  /** The host that answers now. */
  readonly host: number;
  /** From the fault to the first answer of the new host. */
  readonly moved_ms: number;
  /** From the last answer of the old host to the first one of the new. */
  readonly gap_ms: number;
  /** Whether a connection was reset, rather than given up. */
  readonly reset: boolean;
}

/** A client of one public address, in the client's namespace. */
export class LabClient implements AsyncDisposable {
  readonly address: string;
  readonly #program: JsonLines<ClientEvent>;

  private constructor(address: string, program: JsonLines<ClientEvent>) {
    this.address = address;
    this.#program = program;
  }

  /**
   * Connects to an address of the lab and waits until it is served.
   *
   * @param patience_ms a silent connection is given up after this; or FOR_EVER, or IDLE
   */
  static async start(lab: Lab, address: string, patience_ms: number): Promise<LabClient> {
    const program = new JsonLines<ClientEvent>("ip", [
      ...["netns", "exec", lab.clientNamespace, Deno.execPath(), "run", "--quiet", "--no-config"],
      ...["--no-check", "-A", new URL("client.ts", import.meta.url).pathname],
      ...[address, String(SERVICE_PORT), String(patience_ms)],
    ]);
    const client = new LabClient(address, program);
    try {
      await waitFor(`client of ${address} is served`, () => client.host !== undefined);
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
    return client;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** How many events there have been; a place in the story for {@link untilMoved}. */
  get now(): number {
    return this.#program.events.length;
  }

  /** The host that answered last. */
  get host(): number | undefined {
    return this.#lastServed?.host;
  }

  /** The client's port of the last connection that was answered. */
  get port(): number | undefined {
    return this.#lastServed?.port;
  }

  get #lastServed() {
    const last = this.#program.events.findLast((event) => event.event === "served");
    return last?.event === "served" ? last : undefined;
  }

  /** Waits until a host other than `old` has answered after the place `since`. */
  async untilMoved(old: number, since: number, fault_ms: number): Promise<Move> {
    return await waitFor(`${this.address} moves away from host ${old}`, () => {
      const story = this.#program.events.slice(since);
      const end = story.findIndex((event) => event.event === "served" && event.host !== old);
      const served = story[end];
      if (served?.event !== "served") return undefined;
      const reset = story.slice(0, end).some((event) =>
        event.event === "lost" && event.reason === "ConnectionReset"
      );
      const { host, at_ms, gap_ms } = served;
      return { host, moved_ms: at_ms - fault_ms, gap_ms, reset };
    }, { timeout_ms: 90_000, interval_ms: 20 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
