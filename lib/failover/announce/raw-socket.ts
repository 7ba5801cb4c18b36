/**
 * The few socket calls that Deno has no name for, through the C library. Only Linux, and only
 * little-endian machines, which is what a cluster of this program runs on.
 */

import { Errno, errno as lastErrno, libcFunctions } from "../../base/mod.ts";
import { RawSocketError } from "./errors.ts";
import type { LinkPacket } from "./link-frames.ts";
import { linkAnswer, type LinkDetails, linkQuestion } from "./link-messages.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_DGRAM = 2 | SOCK_CLOEXEC;
const SOCK_RAW = 3 | SOCK_CLOEXEC;
const IPPROTO_RAW = 255;
const ETH_P_ALL = 3;
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 1;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
/** Of struct sockaddr_ll, in front of the address; the whole has room for 8 bytes at least. */
const LINK_ADDRESS_AT = 12;
const LEAST_LINK_ADDRESS = 20;
/** The kernel's messages about one interface have some 1.5 KB. */
const ANSWER_SIZE = 32 * 1024;

const libc = libcFunctions({
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "isize",
  },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
});

/** An open raw socket. All calls throw {@link RawSocketError}. */
export class RawSocket {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * For packets of any link, to be sent only: nothing is queued for receipt. The kernel makes the
   * link header.
   */
  static link(): RawSocket {
    return RawSocket.#open("open link socket", AF_PACKET, 0, SOCK_DGRAM);
  }

  /** Sees every frame of every interface of this network namespace, its own included. */
  static capture(): RawSocket {
    // The argument is a big-endian u16.
    return RawSocket.#open("open capture socket", AF_PACKET, ETH_P_ALL << 8);
  }

  /** For whole IP packets with the sender's own header. */
  static ip(family: 4 | 6): RawSocket {
    const domain = family === 4 ? AF_INET : AF_INET6;
    return RawSocket.#open(`open raw IPv${family} socket`, domain, IPPROTO_RAW);
  }

  /** Receives the kernel's messages about interfaces; see {@link linkChanges}. */
  static linkEvents(): RawSocket {
    const socket = RawSocket.#open("open routing socket", AF_NETLINK, NETLINK_ROUTE);
    const address = new Uint8Array(12); // struct sockaddr_nl
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_NETLINK, true);
    view.setUint32(8, RTMGRP_LINK, true);
    if (libc().bind(socket.#fd, address, address.length) < 0) {
      const errno = lastErrno();
      socket.close();
      throw new RawSocketError("bind routing socket", errno);
    }
    return socket;
  }

  static #open(action: string, domain: number, protocol: number, type = SOCK_RAW): RawSocket {
    const fd = libc().socket(domain, type, protocol);
    if (fd < 0) throw new RawSocketError(action, lastErrno());
    return new RawSocket(fd);
  }

  /**
   * The interface with this name, which may be an alternative one; `undefined` when there is none.
   * Needs no right, and no other socket.
   */
  static findLink(name: string): LinkDetails | undefined {
    const question = linkQuestion(name);
    if (question === undefined) return undefined;
    const socket = RawSocket.#open("open routing socket", AF_NETLINK, NETLINK_ROUTE);
    try {
      const kernel = new Uint8Array(12); // struct sockaddr_nl
      new DataView(kernel.buffer).setUint16(0, AF_NETLINK, true);
      socket.#send("ask for interface", question, kernel);
      // The answer is there when the question has been taken.
      const buffer = new Uint8Array(ANSWER_SIZE);
      const length = socket.receive(buffer);
      return length < 0 ? undefined : linkAnswer(buffer.subarray(0, length));
    } finally {
      socket.close();
    }
  }

  /** Sends an Ethernet frame on the interface with this index; see {@link RawSocket.capture}. */
  sendFrame(frame: Uint8Array, ifindex: number): void {
    // The frame's ethertype, big-endian as it stands there.
    const ethertype = (frame[12]! << 8) | frame[13]!;
    const destination = frame.subarray(0, 6);
    this.#send("send frame", frame, linkAddress(ifindex, ethertype, destination));
  }

  /** Sends a packet without link header; see {@link RawSocket.link}. */
  sendLinkPacket({ ethertype, destination, payload }: LinkPacket, ifindex: number): void {
    this.#send("send packet", payload, linkAddress(ifindex, ethertype, destination));
  }

  /** Sends an IP packet to where its destination says; `destination` has 4 or 16 bytes. */
  sendPacket(packet: Uint8Array, destination: Uint8Array): void {
    const ipv6 = destination.length === 16;
    const address = new Uint8Array(ipv6 ? 28 : 16); // struct sockaddr_in or _in6, port 0
    new DataView(address.buffer).setUint16(0, ipv6 ? AF_INET6 : AF_INET, true);
    address.set(destination, ipv6 ? 8 : 4);
    this.#send("send packet", packet, address);
  }

  #send(action: string, bytes: Uint8Array, address: Uint8Array<ArrayBuffer>): void {
    const data = new Uint8Array(bytes);
    const { sendto } = libc();
    const sent = sendto(this.#fd, data, BigInt(data.length), MSG_DONTWAIT, address, address.length);
    if (sent < 0n) throw new RawSocketError(action, lastErrno());
  }

  /** Waits until something can be received, at most `timeout_ms`, off the event loop. */
  async readable(timeout_ms: number): Promise<boolean> {
    const pollfd = new Uint8Array(8);
    const view = new DataView(pollfd.buffer);
    view.setInt32(0, this.#fd, true);
    view.setInt16(4, POLLIN, true);
    return await libc().poll(pollfd, 1n, Math.max(0, Math.ceil(timeout_ms))) > 0;
  }

  /** Copies the next frame into `buffer` (cut if it is longer); -1 when there is none now. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    const got = Number(libc().recv(this.#fd, buffer, BigInt(buffer.length), MSG_DONTWAIT));
    if (got >= 0) return got;
    const errno = lastErrno();
    // ENOBUFS: the kernel had more to say than fitted; the next message tells how things are.
    if (errno === Errno.EAGAIN || errno === Errno.EINTR || errno === Errno.ENOBUFS) return -1;
    throw new RawSocketError("receive frame", errno);
  }

  /** Gives the descriptor back. No other call may follow. */
  close(): void {
    libc().close(this.#fd);
  }
}

/** A struct sockaddr_ll, longer than usual for the addresses of InfiniBand. */
function linkAddress(
  ifindex: number,
  ethertype: number,
  destination: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(
    Math.max(LEAST_LINK_ADDRESS, LINK_ADDRESS_AT + destination.length),
  );
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ethertype);
  view.setInt32(4, ifindex, true);
  address[11] = destination.length;
  address.set(destination, LINK_ADDRESS_AT);
  return address;
}
