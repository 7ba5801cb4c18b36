/** `ctdb top`: what the cluster does now, as a picture that is drawn anew. @module */
import { LeaderWatch, Sampler, topModel } from "../../../../lib/survey/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { paint } from "../../printing/style.ts";
import { printedSize } from "../../printing/terminal-size.ts";
import { frame, type FrameStyle } from "./frame.ts";
import { topJson } from "./json.ts";
import { LiveView } from "./live.ts";
import { readTopOptions, type TopOptions } from "./options.ts";
import { TerminalScreen } from "./screen.ts";
import type { View } from "./view.ts";

export const commands = { top } satisfies ClusterCommands;

/** Between the two samples that one frame is made of. */
const ONCE_INTERVAL_MS = 1000;
/** A leader speaks every second. */
const LEADER_PATIENCE_MS = 1500;

async function top(call: ClusterCall): Promise<number> {
  const options = readTopOptions(call);
  using leader = await LeaderWatch.start(call.client);
  if (options.once) {
    await showOnce(call, options, leader);
    return 0;
  }
  if (!call.io.isTerminal("stdin") || !call.io.isTerminal("stdout")) {
    call.fail(1, "Show a live view: no terminal; see --once");
  }
  const sampler = new Sampler(call);
  const source = { take: () => sampler.take(), leader: () => leader.pnn };
  const live = new LiveView(source, firstView(call, options), () => styleOf(call, true));
  using screen = new TerminalScreen(call.io, live, call.signal);
  return await live.run(screen);
}

async function showOnce(call: ClusterCall, options: TopOptions, leader: LeaderWatch) {
  const sampler = new Sampler(call);
  const previous = await sampler.take();
  await call.sleep(ONCE_INTERVAL_MS);
  await call.within(leader.heard, Math.min(LEADER_PATIENCE_MS, call.timeLimit_ms));
  const current = await sampler.take();
  const view = firstView(call, options);
  const model = topModel(previous, current, leader.pnn, view.node);
  call.print({
    human: () => {
      const lines = frame(model, view, printedSize(call.io), styleOf(call, false));
      return lines.map((line) => `${line}\n`).join("");
    },
    json: () => topJson(model, view.sort),
  });
}

function firstView(call: ClusterCall, { sort, interval_s }: TopOptions): View {
  return { sort, interval_s, node: call.options.node === -1 ? undefined : call.target };
}

function styleOf(call: ClusterCall, keys: boolean): FrameStyle {
  const time = new Date().toTimeString().slice(0, 8);
  return { time, keys, paint: (tone, text) => paint(call.io, tone, text) };
}
