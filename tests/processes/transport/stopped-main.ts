/** A loop that waits for one connection, and says whether its bytes or a timer came first. */
import { EventLoop } from "../../../lib/loop/mod.ts";
import { NativeStreams } from "../../../lib/transport/mod.ts";

const TIMER_MS = 300;

const [address = "", port = ""] = Deno.args;
const say = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const loop = new EventLoop({
  onFault: (_what, error) => {
    throw error;
  },
});
const streams = new NativeStreams(loop);
const listener = await streams.listenTcp(address, Number(port));
listener.accept({
  full: () => undefined,
  exhausted: () => {},
  connected(stream) {
    stream.start({ data: () => say("heard"), ended: () => {} });
    loop.setTimer(TIMER_MS, () => {
      say("timer");
      loop.stop();
    });
    say("connected");
    // It stands still before anything else can happen, however busy the machine is.
    Deno.kill(Deno.pid, "SIGSTOP");
  },
});
say("listening");
await loop.run();
Deno.exit(0);
