import type { ProgramIo } from "../../../io.ts";
import { type TerminalSize, terminalSize, USUAL_SIZE } from "../../printing/terminal-size.ts";

/** Who is told what happens at a screen. */
export interface ScreenListener {
  /** What was typed, as the terminal sent it. */
  onInput(text: string): void;
  onResize(): void;
  /** The screen is no more: a signal, or nobody at the keyboard. */
  onEnd(status: number): void;
}

/** Where the live view is shown. */
export interface Screen {
  size(): TerminalSize;
  show(lines: readonly string[]): void;
  /** Hands the terminal back until the user returns. */
  suspend(): void;
}

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** The signals that end a program in a terminal, with their numbers; SIGINT is the tool's. */
const ENDING_SIGNALS = [["SIGTERM", 15], ["SIGHUP", 1]] as const;
/** How a shell shows that a signal ended a program. */
const SIGNAL_STATUS = 128;

/**
 * The terminal that the program runs in: raw, on its other screen, without a cursor. Leaving it puts
 * everything back, whatever the reason.
 */
export class TerminalScreen implements Screen, Disposable {
  readonly #io: ProgramIo;
  readonly #listener: ScreenListener;
  readonly #abort: AbortSignal;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #handlers: readonly (readonly [Deno.Signal, () => void])[];
  readonly #leave = () => this.#restore();
  #entered = false;

  /** `abort` ends the program: the terminal is put back before anything else is written. */
  constructor(io: ProgramIo, listener: ScreenListener, abort: AbortSignal) {
    this.#io = io;
    this.#listener = listener;
    this.#abort = abort;
    this.#reader = io.stdin.getReader();
    this.#handlers = [
      ["SIGWINCH", () => listener.onResize()],
      ...ENDING_SIGNALS.map(([signal, number]) =>
        [signal, () => listener.onEnd(SIGNAL_STATUS + number)] as const
      ),
    ];
    for (const [signal, handler] of this.#handlers) Deno.addSignalListener(signal, handler);
    abort.addEventListener("abort", this.#leave, { once: true });
    globalThis.addEventListener("unload", this.#leave);
    this.#enter();
    void this.#read();
  }

  size(): TerminalSize {
    return terminalSize(this.#io) ?? USUAL_SIZE;
  }

  show(lines: readonly string[]): void {
    if (!this.#entered) return;
    const text = lines.map((line) => line + CLEAR_REST_OF_LINE).join("\r\n");
    this.#io.stdout(HOME + text + CLEAR_BELOW);
  }

  suspend(): void {
    this.#restore();
    // Returns when the process is continued.
    Deno.kill(Deno.pid, "SIGSTOP");
    this.#enter();
    this.#listener.onResize();
  }

  [Symbol.dispose](): void {
    this.#restore();
    this.#abort.removeEventListener("abort", this.#leave);
    globalThis.removeEventListener("unload", this.#leave);
    for (const [signal, handler] of this.#handlers) Deno.removeSignalListener(signal, handler);
    // A read may still wait for a key; nobody waits for its end.
    void this.#reader.cancel().catch(() => {});
  }

  #enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    Deno.stdin.setRaw(true);
    this.#io.stdout(ENTER);
  }

  #restore(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#io.stdout(LEAVE);
    Deno.stdin.setRaw(false);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#listener.onInput(decoder.decode(value, { stream: true }));
      }
    } catch {
      // The terminal has gone.
    }
    this.#listener.onEnd(0);
  }
}
