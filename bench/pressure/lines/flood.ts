import { openSleepingReader } from "../sleeping-reader.ts";
import type { PressureLine } from "../line.ts";

const READERS = 20;
const MESSAGE_BYTES = 200;
const SRVID = 0x666c_6f6f_6400_0001n;
/** As many as fit into what the sender's socket takes at once. */
const BURST = 500;

/** A client floods clients of another node that do not read. */
export const flood: PressureLine = {
  title: "flood to readers that sleep",
  async prepare(cluster, { floodMessages }) {
    const [receiver, sender] = cluster.nodes;
    const readers = await Promise.all(
      Array.from({ length: READERS }, () => openSleepingReader(receiver!.socket, SRVID)),
    );
    const source = await sender!.connect();
    return {
      async run() {
        const data = new Uint8Array(MESSAGE_BYTES);
        for (let sent = 0; sent < floodMessages; sent += BURST) {
          for (let i = 0; i < BURST; i++) source.message(receiver!.pnn, SRVID, data);
          // An answer behind them: nothing piles up in the sender.
          await source.control(sender!.pnn, "PING", undefined);
        }
        await source.control(receiver!.pnn, "PING", undefined, { timeout_ms: 300_000 });
        // What waited for them is given back when they have gone.
        for (const reader of readers) reader.close();
        return undefined;
      },
      close: () => source.close(),
    };
  },
};
