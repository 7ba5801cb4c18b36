/**
 * What the tests of the network edge run inside of a namespace: `network-actor.ts WHAT ARGUMENTS`.
 * It prints what happens, a line each.
 */
import { canBind, createLogger, messageOf } from "../../../lib/base/mod.ts";
import { systemConfigIo } from "../../../lib/config/mod.ts";
import {
  interfaceName,
  localAddresses,
  parseEndpoint,
  RawAnnouncer,
} from "../../../lib/failover/mod.ts";

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const [what, ...args] = Deno.args;
const log = createLogger((_level, _subsystem, text) => say(`log: ${text}`), () => 10);

/** Prints how a connection ends. */
async function watch(connection: Deno.Conn, name: string): Promise<void> {
  try {
    const got = await connection.read(new Uint8Array(1));
    say(`${name} ${got === null ? "closed" : "data"}`);
  } catch (error) {
    say(`${name} ${error instanceof Deno.errors.ConnectionReset ? "reset" : messageOf(error)}`);
  }
}

switch (what) {
  case "announce": {
    const announcer = new RawAnnouncer(log);
    for (let i = 0; i < args.length; i += 2) {
      try {
        announcer.announce(args[i]!, args[i + 1]!);
        say(`announced ${args[i]}`);
      } catch (error) {
        say(`error: ${messageOf(error)}`);
      }
    }
    announcer.close();
    break;
  }
  case "tickle": {
    const announcer = new RawAnnouncer(log);
    announcer.tickle(parseEndpoint(args[0]!), parseEndpoint(args[1]!), args[2] === "reset");
    announcer.close();
    say("tickled");
    break;
  }
  case "interfaces":
    for (const name of args) {
      say(`${name} ${interfaceName(name)} ${await systemConfigIo.interfaceName(name)}`);
    }
    break;
  case "addresses":
    for (const address of args) {
      say(`${address} ${localAddresses().has(address)} ${canBind(address)}`);
    }
    break;
  case "serve": {
    const [hostname, count] = [args[0]!, Number(args[1])];
    const listener = Deno.listen({ hostname, port: 445 });
    say("listening");
    const all: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      const connection = await listener.accept();
      all.push(watch(connection, `server ${(connection.remoteAddr as Deno.NetAddr).port}`));
    }
    say("accepted");
    await Promise.all(all);
    break;
  }
  case "connect": {
    const [hostname, count] = [args[0]!, Number(args[1])];
    const all: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      const connection = await Deno.connect({ hostname, port: 445 });
      const port = (connection.localAddr as Deno.NetAddr).port;
      say(`port ${port}`);
      all.push(watch(connection, `client ${port}`));
    }
    say("connected");
    await Promise.all(all);
    break;
  }
}
