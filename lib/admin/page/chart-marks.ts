import type uPlot from "uplot";
import { EVENT_SUBJECTS, type EventSeverity } from "../story/event-words.ts";
import type { StoryEvent } from "./documents.ts";

/** What the curve below the events is. */
const CALLS_TITLE = "Calls in each second, on this node";
const LANE = 13;
const TITLE = 18;

/** How high the lanes of the events are, with the title of the curve below them. */
export const LANES_HEIGHT = EVENT_SUBJECTS.length * LANE + TITLE + 14;

/** A lane for each subject above the chart, with a mark for each event. */
export function drawEvents(self: uPlot, events: readonly StoryEvent[]): void {
  const { ctx, bbox } = self;
  const ratio = devicePixelRatio;
  const style = getComputedStyle(document.documentElement);
  const colours: Readonly<Record<EventSeverity, string>> = {
    info: style.getPropertyValue("--faint"),
    notice: style.getPropertyValue("--accent"),
    warning: style.getPropertyValue("--warning"),
    error: style.getPropertyValue("--error"),
  };
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  EVENT_SUBJECTS.forEach((subject, lane) => {
    const y = (lane + 0.5) * LANE * ratio + 2 * ratio;
    ctx.textAlign = "right";
    ctx.fillStyle = style.getPropertyValue("--faint");
    ctx.fillText(subject, bbox.left - 8 * ratio, y);
    ctx.strokeStyle = style.getPropertyValue("--line");
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  });
  ctx.textAlign = "left";
  ctx.fillStyle = style.getPropertyValue("--faint");
  ctx.fillText(CALLS_TITLE, bbox.left, bbox.top - TITLE * ratio / 2 - 3 * ratio);
  for (const { time, subject, severity } of events) {
    const x = self.valToPos(Date.parse(time) / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const y = (EVENT_SUBJECTS.indexOf(subject) + 0.5) * LANE * ratio + 2 * ratio;
    ctx.fillStyle = colours[severity];
    drawMark(ctx, severity, { x, y, r: 4 * ratio });
  }
  ctx.restore();
}

/** Dots, triangles and squares: the shape says it, too. */
function drawMark(
  ctx: CanvasRenderingContext2D,
  severity: EventSeverity,
  { x, y, r }: { x: number; y: number; r: number },
): void {
  ctx.beginPath();
  if (severity === "error") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (severity === "warning") {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.lineTo(x - r, y + r);
    ctx.closePath();
  } else ctx.arc(x, y, r * 0.75, 0, 2 * Math.PI);
  ctx.fill();
}
