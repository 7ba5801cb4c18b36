/**
 * What follows from facts alone: made again only when one of them is another. Who asks meanwhile
 * gets the same object, which is written as bytes only once, too.
 */
export class Derived<T> {
  #made: { readonly from: readonly unknown[]; readonly value: T } | undefined;

  /** @param from all that `make` makes it from, compared by identity */
  of(from: readonly unknown[], make: () => T): T {
    const known = this.#made?.from;
    if (
      this.#made !== undefined && known?.length === from.length &&
      from.every((part, i) => Object.is(part, known[i]))
    ) return this.#made.value;
    const value = make();
    this.#made = { from, value };
    return value;
  }
}
