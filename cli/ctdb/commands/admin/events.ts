/** `ctdb events` and `ctdb history`: what happened to the cluster. @module */
import { MAX_ANSWER_EVENTS } from "../../../../lib/limits/mod.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommand } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { paint, type Tone } from "../../printing/style.ts";
import { type DocumentSchemas, shape } from "../../framework/schema.ts";
import { askDocument, openAdmin } from "./admin-client.ts";
import { pastTime } from "./times.ts";

export const commands = { events, history } satisfies Record<string, LocalCommand>;

const eventsShape = shape.object({
  events: shape.list(shape.object({
    id: shape.integer,
    time: shape.text,
    node: shape.integer,
    kind: shape.text,
    subject: shape.text,
    severity: shape.oneOf("info", "notice", "warning", "error"),
    text: shape.text,
    detail: { type: "object" },
  })),
});

export const schemas = {
  events: eventsShape,
  history: eventsShape,
} satisfies DocumentSchemas;

interface EventDocument {
  readonly id: number;
  readonly time: string;
  readonly severity: string;
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const USUAL_SINCE = "1h";
/** Between two attempts to go on with a daemon that has ended. */
const RETRY_MS = 1000;

async function events(call: Call): Promise<void> {
  const from_ms = pastTime(call, call.flagValue("since") ?? USUAL_SINCE).getTime();
  const first = Math.max(0, Math.floor(from_ms * 1000));
  if (!call.flag("follow")) {
    const path = `/v1/events?limit=${MAX_ANSWER_EVENTS}&after=${first}`;
    const { events } = await askDocument(call, path) as { events: readonly EventDocument[] };
    return showAll(call, events.toSorted(byTime));
  }
  let last = await follow(call, first);
  for (;;) {
    await call.sleep(RETRY_MS);
    last = await goOn(call, last);
  }
}

/** Follows a daemon that was there before: one that is not will be again. */
async function goOn(call: Call, last: number): Promise<number> {
  try {
    return await follow(call, last);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return last;
  }
}

/** Nodes are heard late; their clocks say what came first. */
function byTime(a: EventDocument, b: EventDocument): number {
  return a.time.localeCompare(b.time) || a.id - b.id;
}

/** Shows events as they come; resolves to the last id when the stream ends. */
async function follow(call: Call, first: number): Promise<number> {
  let last = first;
  let rest = "";
  const headers = { accept: "text/event-stream", "last-event-id": String(first) };
  const response = await openAdmin(call, "/v1/events", { headers });
  if (response.statusCode !== 200) {
    throw new CommandFailure(1, `Follow events: status ${response.statusCode}`);
  }
  response.setEncoding("utf8");
  try {
    for await (const part of response) {
      const blocks = (rest + part).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(data) as EventDocument;
        show(call, event);
        last = event.id;
      }
    }
  } catch {
    // The daemon has ended; its successor goes on behind the last id.
    call.signal.throwIfAborted();
  }
  return last;
}

async function history(call: Call): Promise<void> {
  const around = call.flagValue("around");
  const minutes = call.flagValue("minutes") ?? "10";
  if (!/^[0-9]{1,6}$/.test(minutes)) call.fail(1, `Not a number of minutes: ${minutes}`);
  const time = around === undefined ? {} : { around: pastTime(call, around).toISOString() };
  const query = new URLSearchParams({ minutes, ...time });
  const document = await askDocument(call, `/v1/history?${query}`) as {
    events: readonly EventDocument[];
  };
  if (!call.options.json && document.events.length === 0) {
    call.io.stdout("Nothing is known of that time\n");
  }
  showAll(call, document.events);
}

function showAll(call: Call, events: readonly EventDocument[]): void {
  if (call.options.json) call.print({ human: () => "", json: () => ({ events }) });
  else for (const event of events) show(call, event);
}

const TONES: Readonly<Record<string, Tone>> = { error: "bad", warning: "warning", info: "faint" };

function show(call: Call, event: EventDocument): void {
  if (call.options.json) {
    call.io.stdout(`${JSON.stringify(event)}\n`);
    return;
  }
  const { time, severity, text, detail } = event;
  const tone = TONES[severity];
  const mark = severity.padEnd(7);
  call.io.stdout(
    `${time} ${tone === undefined ? mark : paint(call.io, tone, mark)} ${text}\n`,
  );
  const output = typeof detail.output === "string" ? detail.output.trimEnd() : "";
  if (output !== "") {
    call.io.stdout(output.split("\n").map((line) => `    | ${line}\n`).join(""));
  }
}
