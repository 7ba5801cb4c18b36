import { Errno, errno, errnoText } from "../base/mod.ts";
import { acceptNow, closeNow, isReadable } from "./socket-ffi.ts";

/** How often it is looked after connections that Deno's own loop does not take. */
const LOOK_MS = 250;

/** What a {@link StuckListener} tells. */
export interface StuckHandler {
  /** Why no more connections are wanted now; `undefined` while they are. */
  full(): string | undefined;
  /** A connection that nobody took: the handler's to close. */
  connected(fd: number): void;
  /** The system is out of something, said once until it goes on. */
  exhausted(reason: string): void;
}

/**
 * Takes the connections of a listener that Deno has given up: once it was out of descriptors, its
 * `node:net` accepts nothing any more, silently. Whoever waits in the kernel at two looks in a row,
 * while nobody was taken in between, is taken here.
 */
export class StuckListener {
  /** Ours. */
  readonly #fd: number;
  readonly #handler: StuckHandler;
  readonly #timer: ReturnType<typeof setInterval>;
  #taken = true;
  #exhausted = false;

  constructor(fd: number, handler: StuckHandler) {
    this.#fd = fd;
    this.#handler = handler;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    // It keeps no process alive that has nothing else to do.
    Deno.unrefTimer(Number(this.#timer));
  }

  /** Deno took one. */
  taken(): void {
    this.#taken = true;
  }

  close(): void {
    clearInterval(this.#timer);
    closeNow(this.#fd);
  }

  #look(): void {
    if (this.#taken) {
      this.#taken = false;
      return;
    }
    for (;;) {
      const full = this.#handler.full();
      if (full !== undefined) return this.#pause(full);
      // With no descriptor left the kernel says so even when nobody waits.
      if (!isReadable(this.#fd)) return;
      const fd = acceptNow(this.#fd);
      if (fd < 0) return this.#refused(errno());
      this.#exhausted = false;
      this.#handler.connected(fd);
    }
  }

  #refused(error: number): void {
    if (error === Errno.EAGAIN || error === Errno.EINTR || error === Errno.ECONNABORTED) return;
    this.#pause(errnoText(error));
  }

  #pause(reason: string): void {
    if (!this.#exhausted) this.#handler.exhausted(reason);
    this.#exhausted = true;
  }
}
