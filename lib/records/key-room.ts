const FIRST_BYTES = 1024;
const GROWN_BYTES = 64 * 1024;

/**
 * Copies of keys that are kept for as long as each other, such as those of a queue: an array of its
 * own costs some hundred bytes beside those of the key.
 */
export class KeyRoom {
  #room: Uint8Array = new Uint8Array(0);
  #next_bytes = FIRST_BYTES;

  copy(key: Uint8Array): Uint8Array {
    if (key.length > this.#room.length) {
      this.#room = new Uint8Array(Math.max(this.#next_bytes, key.length));
      this.#next_bytes = Math.min(this.#next_bytes * 4, GROWN_BYTES);
    }
    const copy = this.#room.subarray(0, key.length);
    copy.set(key);
    this.#room = this.#room.subarray(key.length);
    return copy;
  }
}
