/** The chart of what happened, looked at closer with a mouse, a finger and a keyboard. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { browserAvailable, Looker, PHONE, picture } from "./support/browser.ts";
import { web } from "./support/web.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points of the chart, as shares of the width of its curve and of the chart's whole height. */
async function pointOf(page: Page, across: number, down: number): Promise<Point> {
  await page.locator(".chart").scrollIntoViewIfNeeded();
  const curve = await page.locator(".chart .u-over").boundingBox();
  const chart = await page.locator(".chart").boundingBox();
  assert.ok(curve !== null && chart !== null);
  return { x: curve.x + curve.width * across, y: chart.y + chart.height * down };
}

/** A finger that goes from one point to another, rests, and is lifted there. */
async function swipe(page: Page, from: Point, to: Point): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await touch("touchStart", [from]);
  const steps = 10;
  for (let step = 1; step <= steps; step++) {
    const share = step / steps;
    const x = from.x + (to.x - from.x) * share;
    await touch("touchMove", [{ x, y: from.y + (to.y - from.y) * share }]);
  }
  // One that is lifted in full motion flings the page, and the tap after it only stops that.
  await page.evaluate("new Promise((rested) => setTimeout(rested, 200))");
  await touch("touchMove", [to]);
  await touch("touchEnd", []);
  await session.detach();
}

/** How many seconds are shown, and when they begin, as the chart says it to those who hear it. */
async function shown(page: Page): Promise<{ readonly from_s: number; readonly length_s: number }> {
  const label = await page.locator(".chart").getAttribute("aria-label") ?? "";
  const times = [...label.matchAll(/(\d\d):(\d\d):(\d\d)/g)]
    .map(([, h, m, s]) => Number(h) * 3600 + Number(m) * 60 + Number(s));
  assert.equal(times.length, 2, label);
  const [from_s, to_s] = times as [number, number];
  // The test may run about midnight.
  return { from_s, length_s: (to_s - from_s + 86_400) % 86_400 };
}

/** From here on `globalThis.drawn` is what stands on the canvas that was drawn last. */
async function watchTexts(page: Page): Promise<void> {
  await page.evaluate(`{
    const { prototype } = CanvasRenderingContext2D;
    const { clearRect, fillText } = prototype;
    prototype.clearRect = function (...area) {
      globalThis.drawn = [];
      clearRect.apply(this, area);
    };
    prototype.fillText = function (text, ...where) {
      globalThis.drawn.push(text);
      fillText.call(this, text, ...where);
    };
  }`);
}

/** The labels of the times below the chart. */
async function drawnTimes(page: Page): Promise<string[]> {
  const texts = await page.evaluate("globalThis.drawn") as string[];
  assert.ok(texts.includes("Calls in each second, on this node"), texts.join());
  return texts.filter((text) => /^\d\d:\d\d/.test(text));
}

const again = (page: Page) => page.getByRole("button", { name: "Show all again" });

Deno.test({
  name: "the chart of what happened is zoomed into with a mouse, a finger and a keyboard",
  ignore: !browserAvailable,
}, async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours],
    conf: { admin: { listen: "127.0.0.1:0" } },
  });
  const operator = web(cluster.node(0));
  await using _operator = operator.program;
  await using looker = await Looker.start();
  const page = await looker.open(await operator.next());
  const all_s = 900;

  await t.step("a mouse selects a span, over the events, too", async () => {
    for (const down of [0.2, 0.7]) {
      const from = await pointOf(page, 0.3, down);
      const to = await pointOf(page, 0.6, down);
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(to.x, to.y, { steps: 5 });
      await page.mouse.up();
      await again(page).waitFor();
      const { length_s } = await shown(page);
      assert.ok(Math.abs(length_s - all_s * 0.3) < 10, `${length_s} s`);
      await again(page).click();
      await again(page).waitFor({ state: "detached" });
    }
  });

  await t.step("keys zoom, move and show all again", async () => {
    await page.locator("#timeline select").focus();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.className"), "chart");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert.equal(await page.evaluate(outline), "solid", "where the focus is can be seen");
    await page.keyboard.press("+");
    await again(page).waitFor();
    const half = await shown(page);
    assert.ok(Math.abs(half.length_s - all_s / 2) <= 1, `${half.length_s} s`);
    await page.keyboard.press("+");
    await cluster.until("it is closer", async () => (await shown(page)).length_s < 300);
    const quarter = await shown(page);
    await page.keyboard.press("ArrowLeft");
    await cluster.until("it moves", async () => (await shown(page)).from_s !== quarter.from_s);
    const moved = await shown(page);
    assert.ok(Math.abs(moved.length_s - quarter.length_s) <= 1, "as much as before");
    await page.keyboard.press("ArrowRight");
    await cluster.until("it is back", async () => (await shown(page)).from_s === quarter.from_s);
    await page.keyboard.press("-");
    await cluster.until("it is wider", async () => (await shown(page)).length_s > 400);
    await page.keyboard.press("-");
    await again(page).waitFor({ state: "detached" });
    for (const key of ["0", "Escape"]) {
      await page.keyboard.press("+");
      await again(page).waitFor();
      await page.keyboard.press(key);
      await again(page).waitFor({ state: "detached" });
    }
  });

  await t.step("however close, no two labels are the same", async () => {
    await page.locator(".chart").focus();
    await watchTexts(page);
    for (let length_s = all_s / 2; length_s > 5; length_s /= 2) {
      await page.keyboard.press("+");
      const wanted_s = Math.max(length_s, 10);
      await cluster.until("it is closer", async () => {
        return Math.abs((await shown(page)).length_s - wanted_s) <= 1;
      });
      // The canvas is drawn a moment after the label is written.
      await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))");
      const times = await drawnTimes(page);
      assert.ok(times.length > 0, `labels within ${wanted_s} s: ${times}`);
      assert.equal(new Set(times).size, times.length, times.join());
      if (length_s === all_s / 8) await picture(page, "zoomed-light");
    }
    await page.keyboard.press("0");
  });

  await t.step("a finger selects a span across, and scrolls down", async () => {
    const phone = await looker.open(await operator.next(), PHONE);
    const from = await pointOf(phone, 0.25, 0.6);
    await swipe(phone, from, await pointOf(phone, 0.75, 0.6));
    await again(phone).waitFor();
    const { length_s } = await shown(phone);
    assert.ok(Math.abs(length_s - all_s / 2) < 20, `${length_s} s`);
    await again(phone).tap();
    await again(phone).waitFor({ state: "detached" });
    const below = await pointOf(phone, 0.5, 0.6);
    const before = await phone.evaluate("scrollY") as number;
    await swipe(phone, below, { x: below.x + 10, y: below.y - 250 });
    await cluster.until(
      "the page scrolls",
      async () => await phone.evaluate("scrollY") as number > before + 50,
    );
    assert.equal(await again(phone).count(), 0, "nothing is selected");
    const marked = "document.querySelector('.chart .u-select').clientWidth";
    assert.equal(await phone.evaluate(marked), 0, "nor marked");
    await swipe(phone, await pointOf(phone, 0.6, 0.2), await pointOf(phone, 0.8, 0.2));
    await again(phone).waitFor();
    await picture(phone, "zoomed-phone");
    await phone.close();
  });
  assert.deepEqual(looker.complaints, []);
});
