import { Errno, errno, errnoText } from "../base/mod.ts";
import { MAX_TURN_CONNECTIONS } from "../limits/mod.ts";
import type { EventLoop, Watcher } from "./event-loop.ts";
import { SocketError } from "./errors.ts";
import { libc } from "./libc.ts";
import type { KernelAddress } from "./socket-address.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const AF_INET6 = 10;
/** Room for any `struct sockaddr`. */
const SOCKADDR_BYTES = 128;
/** Pause after the system had nothing left to accept with; every new connection would wake us. */
const EXHAUSTED_PAUSE_MS = 100;

/** What a listener tells. */
export interface ListenerHandler {
  /** A connection: non-blocking, and the handler's to close. `address`: who connected. */
  connected(fd: number, address: Uint8Array): void;
  /** Why no more connections are wanted now; `undefined` while they are. */
  full(): string | undefined;
  /** The system is out of something, or {@link full}: accepting pauses. Said once, until it goes on. */
  exhausted(reason: string): void;
}

/** Makes a non-blocking stream socket. */
export function streamSocket(family: number): number {
  const fd = libc().socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failure("make a socket", errno());
  return fd;
}

/** A {@link SocketError} with the kernel's number in it. */
export function failure(what: string, number: number): SocketError {
  return new SocketError(`${what}: ${errnoText(number)}`, number);
}

/** A listening socket on the loop. It goes on accepting after the system was out of descriptors. */
export class Listener implements Watcher {
  readonly urgent = false;
  readonly #loop: EventLoop;
  readonly #fd: number;
  readonly #libc = libc();
  readonly #address = new Uint8Array(SOCKADDR_BYTES);
  readonly #size = new Uint32Array(1);
  #handler: ListenerHandler | undefined;
  #exhausted = false;
  #closed = false;

  private constructor(loop: EventLoop, fd: number) {
    this.#loop = loop;
    this.#fd = fd;
  }

  /**
   * Binds an address and listens. Connections wait in the kernel until {@link accept}.
   *
   * @throws {SocketError} the address cannot be had
   */
  static bind(loop: EventLoop, address: KernelAddress, backlog: number): Listener {
    const c = libc();
    const fd = streamSocket(address.family);
    const one = new Uint32Array([1]);
    c.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, one, one.byteLength);
    if (address.family === AF_INET6) {
      c.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, one, one.byteLength);
    }
    if (c.bind(fd, address.bytes, address.bytes.length) !== 0 || c.listen(fd, backlog) !== 0) {
      const error = failure("listen", errno());
      c.close(fd);
      throw error;
    }
    return new Listener(loop, fd);
  }

  /** Hands connections to `handler` from now on. */
  accept(handler: ListenerHandler): void {
    this.#handler = handler;
    this.#loop.watch(this.#fd, this);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loop.unwatch(this.#fd);
    this.#libc.close(this.#fd);
  }

  readable(): void {
    for (let i = 0; i < MAX_TURN_CONNECTIONS && !this.#closed; i++) {
      const full = this.#handler?.full();
      if (full !== undefined) return this.#pause(full);
      this.#size[0] = SOCKADDR_BYTES;
      const fd = this.#libc.accept4(
        this.#fd,
        this.#address,
        this.#size,
        SOCK_NONBLOCK | SOCK_CLOEXEC,
      );
      if (fd < 0) return this.#refused(errno());
      this.#exhausted = false;
      this.#handler?.connected(fd, this.#address);
    }
  }

  writable(): void {
    // Never asked for.
  }

  #refused(error: number): void {
    if (error === Errno.EAGAIN || error === Errno.EINTR || error === Errno.ECONNABORTED) return;
    // EMFILE, ENFILE, ENOMEM, ENOBUFS: the connection stays in the kernel's queue, and so the
    // descriptor readable; the loop must not spin on it, nor forget it.
    this.#pause(errnoText(error));
  }

  #pause(reason: string): void {
    if (!this.#exhausted) this.#handler?.exhausted(reason);
    this.#exhausted = true;
    this.#loop.want(this.#fd, { read: false, write: false });
    this.#loop.setTimer(EXHAUSTED_PAUSE_MS, () => {
      if (!this.#closed) this.#loop.want(this.#fd, { read: true, write: false });
    });
  }
}
