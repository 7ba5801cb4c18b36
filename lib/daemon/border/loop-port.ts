import { type EventLoop, TURN_BUCKETS_MS, type TurnTimes } from "../../loop/mod.ts";
import type { LoopPort, TimeHistogram } from "../node-ports.ts";

/** What a node is told of the loop that it runs on. */
export function loopPort(loop: EventLoop): LoopPort {
  const { turnTimes, collections } = loop;
  const look = () => collections.look(performance.now());
  return {
    figures() {
      look();
      return { turns: turnTimes.figures(), collections: collections.times.figures() };
    },
    histograms() {
      look();
      return { turns: histogramOf(turnTimes), collections: histogramOf(collections.times) };
    },
    takeRecent() {
      look();
      return {
        turn_ms: turnTimes.takeRecent_ms(),
        collection_ms: collections.times.takeRecent_ms(),
      };
    },
    reset() {
      look();
      turnTimes.reset();
      collections.times.reset();
    },
    giveWay: () => loop.giveWay(),
  };
}

function histogramOf({ counts, sum_ms }: TurnTimes): TimeHistogram {
  return { bounds_ms: TURN_BUCKETS_MS, counts: [...counts], sum_ms };
}
