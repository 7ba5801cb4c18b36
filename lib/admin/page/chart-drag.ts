import type uPlot from "uplot";
import type { Range } from "./chart-range.ts";
import { LANES_HEIGHT } from "./chart-marks.ts";

/** Less than this is a click or a tap, in pixels. */
const SHORTEST_DRAG = 5;

/**
 * Selects a span by dragging over the chart and the events above it, with a mouse, a pen or a
 * finger: uPlot itself hears the mouse only. What a finger does downwards is left to the browser,
 * which scrolls and ends the drag (`touch-action` of `.chart`).
 */
export function listenForDrags(
  place: HTMLElement,
  plot: uPlot,
  select: (range: Range) => void,
): void {
  let drag: { readonly pointer: number; readonly start: number } | undefined;
  const leftOf = ({ clientX }: PointerEvent) => {
    const { left, width } = plot.over.getBoundingClientRect();
    return Math.min(Math.max(clientX - left, 0), width);
  };
  const show = (left: number, width: number) => {
    const height = width === 0 ? 0 : plot.over.clientHeight + LANES_HEIGHT;
    plot.setSelect({ left, width, top: -LANES_HEIGHT, height }, false);
  };
  const spanTo = (event: PointerEvent, start: number) => {
    const end = leftOf(event);
    return { left: Math.min(start, end), width: Math.abs(end - start) };
  };
  place.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    drag = { pointer: event.pointerId, start: leftOf(event) };
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const { left, width } = spanTo(event, drag.start);
    show(left, width);
  });
  place.addEventListener("pointerup", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const { left, width } = spanTo(event, drag.start);
    drag = undefined;
    show(0, 0);
    if (width < SHORTEST_DRAG) return;
    select({ from_s: plot.posToVal(left, "x"), to_s: plot.posToVal(left + width, "x") });
  });
  place.addEventListener("pointercancel", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    drag = undefined;
    show(0, 0);
  });
}
