import { type Cancellable, Errno, errno, errnoText } from "../base/mod.ts";
import type { EventLoop, Watcher } from "./event-loop.ts";
import { libc } from "./libc.ts";
import { failure, streamSocket } from "./listener.ts";
import type { KernelAddress } from "./socket-address.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;

/** How an attempt ended. Comes once, in a later turn. */
export interface ConnectHandler {
  /** Connected: the descriptor is the handler's. */
  connected(fd: number): void;
  failed(reason: string): void;
}

/**
 * Connects from the address `from` (its port is chosen by the kernel) to `to`.
 *
 * @throws {SocketError} no socket could be made, or `from` is not ours
 */
export function connectStream(
  loop: EventLoop,
  from: KernelAddress,
  to: KernelAddress,
  handler: ConnectHandler,
): Cancellable {
  const c = libc();
  const fd = streamSocket(to.family);
  if (c.bind(fd, from.bytes, from.bytes.length) !== 0) {
    const error = failure("bind before connecting", errno());
    c.close(fd);
    throw error;
  }
  const error = c.connect(fd, to.bytes, to.bytes.length) === 0 ? 0 : errno();
  const attempt = new Attempt(loop, fd, handler);
  if (error === 0 || error === Errno.EINPROGRESS) attempt.wait();
  else attempt.failLater(errnoText(error));
  return attempt;
}

class Attempt implements Cancellable, Watcher {
  readonly urgent = true;
  readonly #loop: EventLoop;
  readonly #fd: number;
  readonly #handler: ConnectHandler;
  #over = false;

  constructor(loop: EventLoop, fd: number, handler: ConnectHandler) {
    this.#loop = loop;
    this.#fd = fd;
    this.#handler = handler;
  }

  wait(): void {
    this.#loop.watch(this.#fd, this);
    this.#loop.want(this.#fd, { read: false, write: true });
  }

  failLater(reason: string): void {
    this.#loop.defer(() => this.#fail(reason));
  }

  cancel(): void {
    if (!this.#over) this.#close();
  }

  /** Only with an error: nothing else is asked for, and `writable` came first if both happened. */
  readable(): void {
    this.writable();
  }

  writable(): void {
    if (this.#over) return;
    const value = new Int32Array(1);
    libc().getsockopt(this.#fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4]));
    if (value[0] !== 0) return this.#fail(errnoText(value[0]!));
    this.#over = true;
    this.#loop.unwatch(this.#fd);
    this.#handler.connected(this.#fd);
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.#close();
    this.#handler.failed(reason);
  }

  #close(): void {
    this.#over = true;
    this.#loop.unwatch(this.#fd);
    libc().close(this.#fd);
  }
}
