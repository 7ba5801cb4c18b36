/**
 * Room for what a recovery must keep until it is over, of any size, outside of the heap: a database
 * of a million records does not fit where everything else lives.
 */
export interface Scratch {
  /**
   * Memory of `length` bytes, zeroed, until {@link release}.
   * @throws {RecordsError} there is no more room.
   */
  allocate(length: number): Uint8Array;
  /** Gives everything back: what was allocated must not be touched any more. Twice does nothing. */
  release(): void;
}

/** Scratch room on the heap: for simulations, and for what is small. */
export class HeapScratch implements Scratch {
  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  release(): void {}
}
