/** Something under a srvid, and what else falls into the same place of the table. */
interface Entry<T> {
  readonly low: number;
  readonly high: number;
  value: T;
  next: Entry<T> | undefined;
}

const HALF = 32n;
const LOW_HALF = 0xffff_ffffn;
/** Keys stay small integers, which a map finds without a memory access more. */
const PLACE_MASK = 0x3fff_ffff;

function placeOf(low: number, high: number): number {
  return (low ^ Math.imul(high, 0x9e37_79b1)) & PLACE_MASK;
}

/** Values by srvid, found by its two halves: a BigInt would have to be made for each message. */
export class SrvidTable<T> {
  readonly #entries = new Map<number, Entry<T>>();

  /** The value of the srvid with these halves. */
  find(low: number, high: number): T | undefined {
    let entry = this.#entries.get(placeOf(low, high));
    while (entry !== undefined && (entry.low !== low || entry.high !== high)) entry = entry.next;
    return entry?.value;
  }

  get(srvid: bigint): T | undefined {
    return this.find(lowOf(srvid), highOf(srvid));
  }

  set(srvid: bigint, value: T): void {
    const [low, high] = [lowOf(srvid), highOf(srvid)];
    const place = placeOf(low, high);
    const first = this.#entries.get(place);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (entry.low !== low || entry.high !== high) continue;
      entry.value = value;
      return;
    }
    this.#entries.set(place, { low, high, value, next: first });
  }

  delete(srvid: bigint): void {
    const [low, high] = [lowOf(srvid), highOf(srvid)];
    const place = placeOf(low, high);
    const rest = without(this.#entries.get(place), low, high);
    if (rest === undefined) this.#entries.delete(place);
    else this.#entries.set(place, rest);
  }
}

function without<T>(entry: Entry<T> | undefined, low: number, high: number): Entry<T> | undefined {
  if (entry === undefined) return undefined;
  if (entry.low === low && entry.high === high) return entry.next;
  return { ...entry, next: without(entry.next, low, high) };
}

function lowOf(srvid: bigint): number {
  return Number(srvid & LOW_HALF);
}

function highOf(srvid: bigint): number {
  return Number(srvid >> HALF);
}
