import type { EventLoop } from "../../loop/mod.ts";
import type { LoopPort } from "../node-ports.ts";

/** What a node is told of the loop that it runs on. */
export function loopPort({ turnTimes, collections }: EventLoop): LoopPort {
  const look = () => collections.look(performance.now());
  return {
    figures() {
      look();
      return { turns: turnTimes.figures(), collections: collections.times.figures() };
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
  };
}
