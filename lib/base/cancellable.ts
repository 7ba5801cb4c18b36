/** Something under way that may be given up; nothing is told of it afterwards. */
export interface Cancellable {
  cancel(): void;
}
