import {
  type Border,
  type BorderHandlers,
  type BorderMessage,
  type CoreToEdge,
  dispatch,
  type EdgeToCore,
} from "./messages.ts";

/** Both sides of a border within one thread: for a node on Deno's event loop. */
export class LocalBorder {
  #core: BorderHandlers<EdgeToCore> | undefined;
  #edge: BorderHandlers<CoreToEdge> | undefined;
  readonly #defer: (callback: () => void) => void;

  /** `defer` runs a callback in a later turn: no message is handled within another one's handler. */
  constructor(defer: (callback: () => void) => void) {
    this.#defer = defer;
  }

  /** Who takes the messages; set before the first one is sent. */
  connect(core: BorderHandlers<EdgeToCore>, edge: BorderHandlers<CoreToEdge>): void {
    this.#core = core;
    this.#edge = edge;
  }

  /** The core's end. */
  readonly core: Border<CoreToEdge> = {
    post: (kind, value) => {
      const message = { kind, value } as BorderMessage<CoreToEdge>;
      // What is logged shall be there if the next step fails.
      if (kind === "log" || kind === "abort") return this.#toEdge(message);
      this.#defer(() => this.#toEdge(message));
    },
  };

  /** The edge's end. */
  readonly edge: Border<EdgeToCore> = {
    post: (kind, value) => {
      const message = { kind, value } as BorderMessage<EdgeToCore>;
      this.#defer(() => {
        if (this.#core !== undefined) dispatch(this.#core, message);
      });
    },
  };

  #toEdge(message: BorderMessage<CoreToEdge>): void {
    if (this.#edge !== undefined) dispatch(this.#edge, message);
  }
}
