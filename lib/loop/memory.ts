/**
 * Memory that is handed to the kernel by address. Addresses of typed arrays do not move in Deno, so
 * one is asked for once, and written as two halves: a BigInt costs more than the copy of a packet.
 */

const HALF = 2 ** 32;

/** The address of an array's first byte, as a number: user space ends far below 2^53. */
export function addressOf(bytes: Uint8Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** Words of `struct iovec`, of which a {@link MessageHeader} describes an array. */
const IOVEC_WORDS = 4;
/** `struct msghdr` in 32-bit words. */
const HEADER_WORDS = 14;
const IOV_WORD = 4;
const IOV_COUNT_WORD = 6;

/** A `struct msghdr` with its vector of buffers, for `sendmsg` and `recvmsg`. */
export class MessageHeader {
  /** Hand this to the system call. */
  readonly words: Uint32Array<ArrayBuffer> = new Uint32Array(HEADER_WORDS);
  readonly #vector: Uint32Array<ArrayBuffer>;

  /** Room for `buffers` buffers; none is set. */
  constructor(buffers: number) {
    this.#vector = new Uint32Array(buffers * IOVEC_WORDS);
    const address = addressOf(new Uint8Array(this.#vector.buffer));
    this.words[IOV_WORD] = address % HALF;
    this.words[IOV_WORD + 1] = Math.floor(address / HALF);
  }

  /** How many buffers fit. */
  get capacity(): number {
    return this.#vector.length / IOVEC_WORDS;
  }

  /** Buffer `index` is `length` bytes from `address` on. */
  set(index: number, address: number, length: number): void {
    const at = index * IOVEC_WORDS;
    const high = Math.floor(address / HALF);
    this.#vector[at] = address - high * HALF;
    this.#vector[at + 1] = high;
    this.#vector[at + 2] = length;
  }

  /** The call shall use the first `count` buffers. */
  use(count: number): this {
    this.words[IOV_COUNT_WORD] = count;
    return this;
  }
}
