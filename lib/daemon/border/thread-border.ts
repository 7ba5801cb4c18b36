import { receiveMessageOnPort } from "node:worker_threads";
import { type EventLoop, libc, type Watcher } from "../../loop/mod.ts";
import {
  type Border,
  type BorderHandlers,
  type BorderMessage,
  type CoreToEdge,
  dispatch,
  type EdgeToCore,
} from "./messages.ts";

const EFD_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

/** A descriptor by which the edge wakes the core's loop; made by the edge. */
export function makeWakeUp(): number {
  return libc().eventfd(0, EFD_NONBLOCK_CLOEXEC);
}

/** The edge's end: messages through a port, and a knock at the core's loop, which waits elsewhere. */
export function edgeEnd(
  port: MessagePort,
  wakeUp: number,
  handlers: BorderHandlers<CoreToEdge>,
): Border<EdgeToCore> {
  port.onmessage = ({ data }: MessageEvent<BorderMessage<CoreToEdge>>) => dispatch(handlers, data);
  return {
    post(kind, value) {
      port.postMessage({ kind, value });
      libc().eventfd_write(wakeUp, 1n);
    },
  };
}

/** The core's end. */
export class CoreEnd implements Border<CoreToEdge>, Watcher {
  readonly urgent = true;
  readonly #port: MessagePort;
  readonly #wakeUp: number;
  readonly #count = new BigUint64Array(1);
  #handlers: BorderHandlers<EdgeToCore> | undefined;

  constructor(port: MessagePort, wakeUp: number) {
    this.#port = port;
    this.#wakeUp = wakeUp;
  }

  /** Takes messages from now on, each in the loop's turn. */
  listen(loop: EventLoop, handlers: BorderHandlers<EdgeToCore>): void {
    this.#handlers = handlers;
    loop.watch(this.#wakeUp, this);
  }

  post<Kind extends keyof CoreToEdge>(kind: Kind, value: CoreToEdge[Kind]): void {
    this.#port.postMessage({ kind, value });
  }

  readable(): void {
    libc().eventfd_read(this.#wakeUp, this.#count);
    for (;;) {
      const received = receiveMessageOnPort(this.#port as never);
      if (received === undefined) return;
      dispatch(this.#handlers!, received.message as BorderMessage<EdgeToCore>);
    }
  }

  writable(): void {
    // Never asked for.
  }
}
