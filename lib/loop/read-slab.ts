import { MAX_SOCKET_TURN_BYTES, MAX_SOCKET_TURN_MS } from "../limits/mod.ts";
import { addressOf, MessageHeader } from "./memory.ts";

/** The smallest share: a system call each must not become what the time goes to. */
const LEAST_BYTES = 4096;
/** A share that took less than this part of what it may take can be twice as large. */
const QUICK = 1 / 4;

/** How much a socket reads at once, and the prepared call for it. */
export interface ReadShare {
  readonly bytes: number;
  /** A `struct msghdr`, for `recvmsg` into the slab. */
  readonly header: Uint32Array<ArrayBuffer>;
}

/** What every socket of a thread reads into, and the shares that it can be read in. */
export class ReadSlab {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MAX_SOCKET_TURN_BYTES);
  /** The largest first, each half of the one before. */
  readonly #shares: ReadShare[] = [];
  /** Headers point into memory of these. */
  readonly #headers: MessageHeader[] = [];

  constructor() {
    const address = addressOf(this.bytes);
    for (let bytes = MAX_SOCKET_TURN_BYTES; bytes >= LEAST_BYTES; bytes /= 2) {
      const header = new MessageHeader(1).use(1);
      header.set(0, address, bytes);
      this.#headers.push(header);
      this.#shares.push({ bytes, header: header.words });
    }
  }

  /** What a socket begins with: code that has not run yet takes many times as long. */
  get first(): ReadShare {
    return this.#shares.at(-1)!;
  }

  /**
   * The share after one that was full, and took `time_ms`: a message can be for one client or for a
   * thousand, and who brings expensive ones must not make the turns of everybody else long.
   */
  after(share: ReadShare, time_ms: number): ReadShare {
    const index = this.#shares.indexOf(share);
    if (time_ms > MAX_SOCKET_TURN_MS) return this.#shares[index + 1] ?? share;
    return time_ms < MAX_SOCKET_TURN_MS * QUICK ? this.#shares[index - 1] ?? share : share;
  }
}
