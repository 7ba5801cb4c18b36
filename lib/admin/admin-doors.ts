import type { AdminDoor } from "../survey/mod.ts";

/** The addresses of `[admin] listen`, and what became of them. */
export class AdminDoors {
  #list: readonly AdminDoor[] = [];

  /** The same object until one more is known. */
  get list(): readonly AdminDoor[] {
    return this.#list;
  }

  add(door: AdminDoor): void {
    this.#list = [...this.#list, door];
  }
}
