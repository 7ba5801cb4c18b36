import { type Cancellable, Errno, messageOf } from "../base/mod.ts";
import { TCP_BACKLOG_CONNECTIONS, UNIX_BACKLOG_CONNECTIONS } from "../limits/mod.ts";
import {
  connectStream,
  type EventLoop,
  inetAddress,
  ipOf,
  libc,
  Listener,
  LoopSocket,
  type SocketError,
  unixAddress,
} from "../loop/mod.ts";
import { formatIp, parseSocketAddress, unmapIpv4 } from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { peerCredentials } from "./socket-ffi.ts";
import type {
  AcceptHandler,
  ConnectEvents,
  StreamListener,
  Streams,
  TcpPeer,
  UnixPeer,
} from "./streams.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;

/** Streams on the core's own loop. */
export class NativeStreams implements Streams {
  readonly #loop: EventLoop;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  listenTcp(address: string, port: number): Promise<StreamListener<TcpPeer>> {
    return Promise.try(() => {
      const listener = this.#bind(() =>
        Listener.bind(this.#loop, inetAddress(address, port), TCP_BACKLOG_CONNECTIONS)
      );
      return {
        close: () => listener.close(),
        accept: (handler) => this.#acceptTcp(listener, handler),
      };
    });
  }

  async listenUnix(path: string): Promise<StreamListener<UnixPeer>> {
    const listener = this.#bind(() =>
      Listener.bind(this.#loop, unixAddress(path), UNIX_BACKLOG_CONNECTIONS)
    );
    await Deno.chmod(path, 0o700);
    return {
      close: () => listener.close(),
      accept: (handler) => this.#acceptUnix(listener, handler),
    };
  }

  connectTcp(
    from: string,
    address: string,
    port: number,
    events: ConnectEvents,
  ): Cancellable {
    try {
      return connectStream(this.#loop, inetAddress(from, 0), inetAddress(address, port), {
        connected: (fd) => {
          setTcpOptions(fd);
          events.connected(new LoopSocket(this.#loop, fd, true));
        },
        failed: (reason) => events.failed(reason),
      });
    } catch (error) {
      return this.#failLater(events, messageOf(error));
    }
  }

  #failLater(events: ConnectEvents, reason: string): Cancellable {
    let cancelled = false;
    this.#loop.defer(() => {
      if (!cancelled) events.failed(reason);
    });
    return { cancel: () => void (cancelled = true) };
  }

  #bind(bind: () => Listener): Listener {
    try {
      return bind();
    } catch (error) {
      const what = (error as Partial<SocketError>).errno === Errno.EADDRINUSE
        ? "another daemon or program has it already"
        : messageOf(error);
      throw new TransportError(what, { cause: error });
    }
  }

  #acceptTcp(listener: Listener, handler: AcceptHandler<TcpPeer>): void {
    listener.accept({
      full: () => handler.full(),
      exhausted: (reason) => handler.exhausted(reason),
      connected: (fd, bytes) => {
        const peer = ipOf(bytes);
        if (peer === undefined) return void libc().close(fd);
        setTcpOptions(fd);
        const { address } = unmapIpv4(parseSocketAddress(formatIp(peer.ip)));
        handler.connected(new LoopSocket(this.#loop, fd, true), { address, port: peer.port });
      },
    });
  }

  #acceptUnix(listener: Listener, handler: AcceptHandler<UnixPeer>): void {
    listener.accept({
      full: () => handler.full(),
      exhausted: (reason) => handler.exhausted(reason),
      connected: (fd) => {
        const peer = peerCredentials(fd);
        if (peer === undefined) return void libc().close(fd);
        handler.connected(new LoopSocket(this.#loop, fd, false), peer);
      },
    });
  }
}

/** Packets are small and waited for; a peer without power must be noticed some day. */
function setTcpOptions(fd: number): void {
  const one = new Uint32Array([1]);
  libc().setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, one, one.byteLength);
  libc().setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, one, one.byteLength);
}
