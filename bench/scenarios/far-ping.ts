import type { RateScenario } from "./scenario.ts";

/** A control that is answered by another node than the client's. */
export const farPing: RateScenario = {
  kind: "rate",
  name: "ping through another node",
  unit: "ping",
  async start(cluster) {
    const client = await cluster.node(0).connect();
    let done = 0;
    let stopped = false;
    const loop = (async () => {
      for (; !stopped; done++) await client.control(1, "PING", undefined);
    })();
    loop.catch(() => {});
    return {
      get done() {
        return done;
      },
      async stop() {
        stopped = true;
        await loop;
        client.close();
      },
    };
  },
};
