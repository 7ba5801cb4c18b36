import { Errno, errno, errnoText } from "../base/mod.ts";
import { frameLength, type Packet, writeFrame } from "../wire/mod.ts";
import type { EventLoop, Flusher, Watcher } from "./event-loop.ts";
import { libc } from "./libc.ts";
import { OutputQueue } from "./output-queue.ts";
import { type ReadShare, ReadSlab } from "./read-slab.ts";

/** What happens on a connected socket. Each call is made by the loop, none from inside another. */
export interface SocketHandler {
  /**
   * `bytes` have arrived: `slab` up to `end`. The slab is used again for the next socket: what is to
   * be kept is copied.
   */
  data(slab: Uint8Array<ArrayBuffer>, end: number): void;
  /** The connection is over, by the peer or by an error. Comes once, and not after `close`. */
  ended(reason: string): void;
}

/** What the kernel holds of a connection. */
export interface KernelBytes {
  /** Sent, and not yet acknowledged or read at the other end. */
  readonly send_bytes: number;
  /** Arrived, and not yet read here. */
  readonly receive_bytes: number;
}

const SIOCINQ = 0x541b;
const SIOCOUTQ = 0x5411;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** What every socket of this thread reads into. */
let slab: ReadSlab | undefined;

/** Errors after which a socket is as before: nothing was there, or nothing fits. */
function isTransient(error: number): boolean {
  return error === Errno.EAGAIN || error === Errno.EINTR || error === Errno.ENOBUFS ||
    error === Errno.ENOMEM;
}

/** A connected stream socket on the loop: reads into the shared slab, writes once a turn. */
export class LoopSocket implements Watcher, Flusher {
  readonly urgent: boolean;
  readonly #loop: EventLoop;
  readonly #fd: number;
  readonly #libc = libc();
  readonly #slab = slab ??= new ReadSlab();
  #share: ReadShare = this.#slab.first;
  readonly #output = new OutputQueue();
  readonly #send = (header: Uint32Array<ArrayBuffer>) => this.#sendmsg(header);
  #handler: SocketHandler | undefined;
  #flushing = false;
  #sentBytes = 0;
  /** The kernel's buffer is full: what comes now waits until it has room. */
  #blocked = false;
  #open = true;

  /** Takes over a connected, non-blocking descriptor, and closes it in the end. */
  constructor(loop: EventLoop, fd: number, urgent: boolean) {
    this.#loop = loop;
    this.#fd = fd;
    this.urgent = urgent;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Bytes and frames that the kernel has not taken. */
  get queuedBytes(): number {
    return this.#output.bytes;
  }

  get queuedFrames(): number {
    return this.#output.frames;
  }

  /** Bytes that the kernel has taken so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** What the kernel holds; two system calls, for who is shown it. */
  kernelBytes(): KernelBytes {
    return { send_bytes: this.#held(SIOCOUTQ), receive_bytes: this.#held(SIOCINQ) };
  }

  #held(question: number): number {
    const bytes = new Uint32Array(1);
    if (!this.#open || this.#libc.ioctl(this.#fd, BigInt(question), bytes) !== 0) return 0;
    return bytes[0]!;
  }

  /** Tells `handler` from now on. */
  start(handler: SocketHandler): void {
    this.#handler = handler;
    this.#loop.watchEdges(this.#fd, this);
  }

  /** Queues a copy of a frame for the end of this turn. */
  send(frame: Uint8Array): void {
    if (!this.#open) return;
    this.#output.copy(frame);
    this.#flushAtEnd();
  }

  /**
   * Queues a frame that nobody will change. Where it must wait it is kept as it is; many sockets may
   * share it.
   */
  sendShared(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.#open) return;
    if (this.#blocked) this.#output.share(frame);
    else this.#output.copy(frame);
    this.#flushAtEnd();
  }

  /** Writes a packet into the output of this turn. */
  sendPacket(packet: Packet): void {
    if (!this.#open) return;
    const length = frameLength(packet);
    const bytes = this.#output.reserve(length);
    writeFrame(packet, bytes, this.#output.reservedAt, length);
    this.#flushAtEnd();
  }

  /** {@link sendPacket} before what waits and is not urgent itself. */
  sendUrgent(packet: Packet): void {
    if (!this.#open) return;
    const length = frameLength(packet);
    const bytes = this.#output.reserveUrgent(length);
    writeFrame(packet, bytes, this.#output.reservedAt, length);
    this.#flushAtEnd();
  }

  /** Sends what the kernel takes, and closes. Nothing is told afterwards. */
  close(): void {
    if (!this.#open) return;
    if (!this.#blocked) this.#output.drain(this.#send);
    this.#open = false;
    this.#handler = undefined;
    this.#output.clear();
    this.#loop.unwatch(this.#fd);
    this.#libc.close(this.#fd);
  }

  readable(): void {
    const { recvmsg } = this.#libc;
    const { bytes, header } = this.#share;
    const count = recvmsg(this.#fd, header, MSG_DONTWAIT);
    // Less than was asked for is all that there was.
    if (count === bytes) return this.#fullShare();
    if (count > 0) return this.#handler?.data(this.#slab.bytes, count);
    if (count === 0) return this.#ended("closed by the peer");
    const error = errno();
    if (!isTransient(error)) return this.#ended(errnoText(error));
    if (error !== Errno.EAGAIN) this.#loop.lookAgain(this.#fd);
  }

  /** More may be there: the next turn has some of it, after the others. */
  #fullShare(): void {
    const loop = this.#loop;
    loop.lookAgain(this.#fd);
    const begun_ms = loop.now();
    this.#handler?.data(this.#slab.bytes, this.#share.bytes);
    this.#share = this.#slab.after(this.#share, loop.now() - begun_ms);
  }

  writable(): void {
    this.#blocked = false;
    this.flush();
    if (this.#open && !this.#blocked) this.#loop.wantEdges(this.#fd);
  }

  flush(): void {
    this.#flushing = false;
    if (!this.#open || this.#blocked) return;
    if (this.#output.drain(this.#send) || !this.#open) return;
    this.#blocked = true;
    this.#loop.want(this.#fd, { read: true, write: true });
  }

  #flushAtEnd(): void {
    if (this.#flushing || this.#blocked) return;
    this.#flushing = true;
    this.#loop.flushLater(this);
  }

  #sendmsg(header: Uint32Array<ArrayBuffer>): number {
    const { sendmsg } = this.#libc;
    const sent = sendmsg(this.#fd, header, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) this.#sentBytes += sent;
    // Of an error that lasts, reading tells: the socket is readable then, with the same error.
    return sent;
  }

  #ended(reason: string): void {
    if (!this.#open) return;
    const handler = this.#handler;
    this.close();
    handler?.ended(reason);
  }
}
