/**
 * A daemon as far as its crash guard knows: holds two addresses, has had a third one, and waits to
 * be killed, or with the argument "end" ends in good order.
 *
 * @module
 */
import { nullLogger } from "../../../lib/base/mod.ts";
import { CrashGuard } from "../../../lib/daemon/edge/crash-guard.ts";

const held = ["10.0.0.1", "10.0.0.2", "fd00::3"].map((address) => ({
  address,
  maskBits: 24,
  interface: "eth0",
}));
const guard = new CrashGuard(nullLogger);
await guard.update(held);
await guard.update(held.slice(1));
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
if (Deno.args[0] === "end") await guard.close();
else setInterval(() => {}, 1000);
