import { sameBytes } from "../base/mod.ts";
import { hashKey } from "../wire/mod.ts";

interface Entry<Value> {
  readonly key: Uint8Array;
  value: Value;
  /** The next entry whose key has the same hash. */
  next: Entry<Value> | undefined;
}

/**
 * A map by the exact bytes of keys, through the hash that places records. A lookup makes nothing; an
 * entry keeps a copy of its key.
 *
 * The C daemon's tables pad keys to words, so that `ab` and `ab\0` share an entry (`records.md`
 * 7.1). That is a defect, and is not copied.
 */
export class KeyMap<Value> {
  readonly #entries = new Map<number, Entry<Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Uint8Array): Value | undefined {
    if (this.#size === 0) return undefined;
    return find(this.#entries.get(hashKey(key)), key)?.value;
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  set(key: Uint8Array, value: Value): void {
    this.#set(key, value, true);
  }

  /** {@link set} under a key that nobody changes any more: it is kept without a copy. */
  setOwned(key: Uint8Array, value: Value): void {
    this.#set(key, value, false);
  }

  #set(key: Uint8Array, value: Value, copy: boolean): void {
    const hash = hashKey(key);
    const first = this.#entries.get(hash);
    const entry = find(first, key);
    if (entry !== undefined) {
      entry.value = value;
      return;
    }
    this.#entries.set(hash, { key: copy ? key.slice() : key, value, next: first });
    this.#size++;
  }

  /** `false` when there was no such entry. */
  delete(key: Uint8Array): boolean {
    if (this.#size === 0) return false;
    const hash = hashKey(key);
    const first = this.#entries.get(hash);
    const entry = find(first, key);
    if (entry === undefined) return false;
    const rest = without(first, entry);
    if (rest === undefined) this.#entries.delete(hash);
    else this.#entries.set(hash, rest);
    this.#size--;
    return true;
  }

  /** All values at this moment, in no order that matters. */
  values(): Value[] {
    const values: Value[] = [];
    for (let entry of this.#entries.values()) {
      for (;;) {
        values.push(entry.value);
        if (entry.next === undefined) break;
        entry = entry.next;
      }
    }
    return values;
  }

  /** Takes out all entries that are not to be kept. */
  prune(keep: (value: Value) => boolean): void {
    for (let entry of [...this.#entries.values()]) {
      for (;;) {
        if (!keep(entry.value)) this.delete(entry.key);
        if (entry.next === undefined) break;
        entry = entry.next;
      }
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }
}

function find<Value>(
  first: Entry<Value> | undefined,
  key: Uint8Array,
): Entry<Value> | undefined {
  for (let entry = first; entry !== undefined; entry = entry.next) {
    if (sameBytes(entry.key, key)) return entry;
  }
  return undefined;
}

/** The chain from `first` on without `entry`, which is in it. */
function without<Value>(
  first: Entry<Value> | undefined,
  entry: Entry<Value>,
): Entry<Value> | undefined {
  if (first === entry) return entry.next;
  for (let before = first; before !== undefined; before = before.next) {
    if (before.next === entry) before.next = entry.next;
  }
  return first;
}
