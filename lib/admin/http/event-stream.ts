import { MAX_EVENT_STREAMS, MAX_STREAM_QUEUE_EVENTS } from "../../limits/mod.ts";
import { eventDocument, type Story, type StoryEvent } from "../story/story.ts";
import { Problem } from "./problem.ts";
import { toCbor } from "./respond.ts";

/** Without an event so long, a comment says that the stream lives. */
const HEARTBEAT_MS = 15_000;

/** Who reads a stream. */
export interface StreamReader {
  /** Aborted when it has gone. */
  readonly signal: AbortSignal;
  /** Whether it may read on: asked before anything is sent, and with each heartbeat. */
  readonly allowed: () => boolean;
}

/** How events are written: as server-sent events, or as a CBOR sequence (RFC 8742). */
export type StreamForm = "sse" | "cbor";

/** The open streams of events. */
export class EventStreams {
  readonly #story: Story;
  readonly #open = new Set<() => void>();

  constructor(story: Story) {
    this.#story = story;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * A response that goes on for ever.
   *
   * @param before what happened behind the last id that the reader has, oldest first
   * @throws {Problem} too many streams are open
   */
  open(
    form: StreamForm,
    before: readonly Record<string, unknown>[],
    reader: StreamReader,
  ): Response {
    if (this.#open.size >= MAX_EVENT_STREAMS) {
      throw new Problem(503, `${MAX_EVENT_STREAMS} event streams are open`, {
        "retry-after": "10",
      });
    }
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (end = this.#feed(controller, form, before, reader)),
      cancel: () => end(),
    }, new CountQueuingStrategy({ highWaterMark: MAX_STREAM_QUEUE_EVENTS }));
    return new Response(body, {
      headers: {
        "content-type": form === "sse" ? "text/event-stream" : "application/cbor-seq",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    });
  }

  close(): void {
    for (const end of [...this.#open]) end();
  }

  #feed(
    controller: ReadableStreamDefaultController<Uint8Array>,
    form: StreamForm,
    before: readonly Record<string, unknown>[],
    { signal, allowed }: StreamReader,
  ): () => void {
    const send = (bytes: Uint8Array) => {
      if (!allowed() || (controller.desiredSize ?? 0) <= 0) return end();
      controller.enqueue(bytes);
    };
    const stop = this.#story.listen((event: StoryEvent) =>
      send(written(eventDocument(event), form))
    );
    const timer = setInterval(() => {
      if (form === "sse") send(COMMENT);
      else if (!allowed()) end();
    }, HEARTBEAT_MS);
    const end = () => {
      if (!this.#open.delete(end)) return;
      stop();
      clearInterval(timer);
      signal.removeEventListener("abort", end);
      try {
        controller.close();
      } catch {
        // The reader has closed it.
      }
    };
    this.#open.add(end);
    signal.addEventListener("abort", end, { once: true });
    if (form === "sse") send(GREETING);
    for (const document of before) send(written(document, form));
    return end;
  }
}

const utf8 = new TextEncoder();
const COMMENT = utf8.encode(":\n\n");
/** Browsers connect again after so long. */
const GREETING = utf8.encode("retry: 1000\n\n");

function written(document: Record<string, unknown>, form: StreamForm): Uint8Array {
  if (form === "cbor") return toCbor(document);
  return utf8.encode(`id: ${document.id}\ndata: ${JSON.stringify(document)}\n\n`);
}
