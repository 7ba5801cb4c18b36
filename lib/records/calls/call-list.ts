import type { CallState } from "./call-state.ts";

/**
 * The calls that are under way, linked through themselves: each fetch puts one in and takes it out,
 * and a set would be made anew again and again by that. Who wants those of a database or a client
 * looks at all: that is after a recovery, or when a client goes.
 */
export class CallList {
  #first: CallState | undefined;

  add(state: CallState): void {
    state.previous = undefined;
    state.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = state;
    this.#first = state;
  }

  /** Takes out a call that is in the list. */
  delete(state: CallState): void {
    const { previous, next } = state;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    state.previous = state.next = undefined;
  }

  /** Those that are wanted, oldest first. */
  filter(wanted: (state: CallState) => boolean): CallState[] {
    const found: CallState[] = [];
    for (let state = this.#first; state !== undefined; state = state.next) {
      if (wanted(state)) found.push(state);
    }
    return found.reverse();
  }
}
