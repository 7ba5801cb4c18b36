import { frame, type FrameStyle } from "./frame.ts";
import { type Sample, topModel } from "../../../../lib/survey/mod.ts";
import type { Screen, ScreenListener } from "./screen.ts";
import { parseKeys, pressKey, type View } from "./view.ts";

/** Where the live view gets its data from. */
export interface LiveSource {
  take(): Promise<Sample>;
  /** The leader as far as it is known now. */
  leader(): number | undefined;
}

/** A view that follows the cluster until the user has seen enough. */
export class LiveView implements ScreenListener {
  readonly #source: LiveSource;
  readonly #style: () => FrameStyle;
  readonly #end = Promise.withResolvers<number>();
  #view: View;
  #screen: Screen | undefined;
  #samples: { readonly previous: Sample | undefined; readonly current: Sample } | undefined;
  #ended = false;
  /** Ends the pause between two samples. */
  #wake: () => void = () => {};

  constructor(source: LiveSource, view: View, style: () => FrameStyle) {
    this.#source = source;
    this.#view = view;
    this.#style = style;
  }

  /** Shows the cluster on `screen`; resolves to the exit status when the user wants to leave. */
  async run(screen: Screen): Promise<number> {
    this.#screen = screen;
    this.#draw();
    const following = this.#follow();
    try {
      return await Promise.race([following.then(() => this.#end.promise), this.#end.promise]);
    } finally {
      this.onEnd(0);
      // What a question that is still out comes to is of no interest any more.
      following.catch(() => {});
    }
  }

  onInput(text: string): void {
    for (const key of parseKeys(text)) this.#press(key);
  }

  onResize(): void {
    this.#draw();
  }

  onEnd(status: number): void {
    this.#ended = true;
    this.#end.resolve(status);
    this.#wake();
  }

  #press(key: string): void {
    const pnns = this.#samples?.current.nodes.map(({ pnn }) => pnn) ?? [];
    const result = pressKey(this.#view, key, pnns);
    switch (result.kind) {
      case "quit":
        return this.onEnd(0);
      case "suspend":
        return this.#screen?.suspend();
      case "sample":
        return this.#wake();
      case "view": {
        const { interval_s } = this.#view;
        this.#view = result.view;
        if (result.view.interval_s !== interval_s) this.#wake();
        this.#draw();
      }
    }
  }

  async #follow(): Promise<void> {
    while (!this.#ended) {
      const current = await this.#source.take();
      this.#samples = { previous: this.#samples?.current, current };
      this.#draw();
      if (!this.#ended) await this.#pause(this.#view.interval_s * 1000);
    }
  }

  async #pause(delay_ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, delay_ms);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #draw(): void {
    if (this.#ended || this.#screen === undefined) return;
    if (this.#samples === undefined) return this.#screen.show(["asking the cluster ..."]);
    const { previous, current } = this.#samples;
    const model = topModel(previous, current, this.#source.leader(), this.#view.node);
    this.#screen.show(frame(model, this.#view, this.#screen.size(), this.#style()));
  }
}
